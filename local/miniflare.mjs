// Miniflare as this process wants it: silent, on loopback, and leaving signals to us.
import { Log, LogLevel, Miniflare } from "miniflare";

const SIGNALS = ["SIGINT", "SIGTERM"];

// createMiniflare starts one. Its own signal handlers end the process at once, which would cut a clean stop short; what it
// does when the process exits stays, and ends workerd even then.
export function createMiniflare(options) {
  const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
    telemetry: { enabled: false },
    ...options,
  });
  for (const [signal, ours] of before) {
    for (const listener of process.listeners(signal)) {
      if (!ours.includes(listener)) process.removeListener(signal, listener);
    }
  }
  return miniflare;
}

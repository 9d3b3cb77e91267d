// The only place that starts Miniflare: silent, on loopback, on a free port.
import { subscribe } from "node:diagnostics_channel";
import { Log, LogLevel, Miniflare } from "miniflare";

export { Response } from "miniflare"; // Miniflare's own class, for an outboundService

// compatibility is the behaviour of workerd that the Worker is deployed with. infra/worker.go declares the same date.
export const compatibility = { compatibilityDate: "2026-02-10", compatibilityFlags: ["nodejs_compat"] };

const signals = ["SIGINT", "SIGTERM"];

// By default Node's HTTP server closes a connection that is idle for five seconds. workerd, which keeps one for as long, notices
// that too late while its thread is busy, and fails the request that it sends on it: "Network connection lost". So the servers
// of this process, among them the one that Miniflare calls functions by, leave it to their clients to close a connection.
const idle = 60_000; // milliseconds
subscribe("http.server.request.start", ({ server }) => {
  server.keepAliveTimeout = idle;
});

// createMiniflare starts a Miniflare, and workerd with it.
export function createMiniflare(options) {
  return new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
    telemetry: { enabled: false },
    ...options,
  });
}

// createObedientMiniflare starts one that leaves signals to the caller. Miniflare's own signal handlers end the process at
// once, which would cut a clean stop short. Its exit handler stays, and ends workerd in every case.
export function createObedientMiniflare(options) {
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const miniflare = createMiniflare(options);

  for (const [signal, ours] of before) {
    for (const listener of process.listeners(signal)) {
      if (!ours.includes(listener)) process.removeListener(signal, listener);
    }
  }
  return miniflare;
}

// A hundred generations at once, whose provider takes two seconds and returns images of 1 MB.
import { generate } from "./endpoints.mjs";
import { connect, drive } from "./load.mjs";
import { cpuMicros, peakMB, resetPeak, residentMB } from "./process.mjs";
import { percentile, rotated } from "./statistics.mjs";

// crowd measures each running contender: {contender: [{p50, p99 (ms), cpu (µs per request), growthMB}, …]}. A contender
// that fails has {failed: reason} instead of rounds.
export async function crowd(running, rounds, size) {
  const measured = Object.fromEntries(running.map(({ name }) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const { name, cloud } of rotated(running, i)) {
      if (Array.isArray(measured[name])) {
        await once(cloud, size).then(
          (seen) => measured[name].push(seen),
          (error) => (measured[name] = { failed: error.message }),
        );
      }
    }
  }
  return measured;
}

async function once(cloud, size) {
  const pool = connect(cloud.base, size);
  const request = generate("slow: a red shoe");
  try {
    const before = residentMB(cloud.pid);
    resetPeak(cloud.pid);
    const cpu = cpuMicros(cloud.pid);
    const { latencies } = await drive(pool, size, () => request, { requests: size });
    return {
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      cpu: (cpuMicros(cloud.pid) - cpu) / size,
      growthMB: peakMB(cloud.pid) - before,
    };
  } finally {
    await pool.destroy();
  }
}

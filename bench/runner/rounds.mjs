// Throughput: every endpoint, in rounds that take the contenders in turn, so that a disturbance of the machine affects all of
// them. The rounds are spread over several sets of processes, because some processes of a contender are a tenth faster than
// others for as long as they live.
import assert from "node:assert/strict";
import { endpoints } from "./endpoints.mjs";
import { seed } from "./fixture.mjs";
import { drive, send } from "./load.mjs";
import { cpuMicros, peakMB, resetPeak } from "./process.mjs";
import { percentile, rotated } from "./statistics.mjs";

// prepare seeds a contender's data, checks its answer at every endpoint, and returns their lengths in bytes.
export async function prepare(cloud, pool) {
  await seed(await cloud.database(), await cloud.bucket());
  const lengths = {};
  for (const { name, make, right } of endpoints) {
    const { status, body, bytes } = await send(pool, make());
    assert.equal(status, 200, `${name}: ${status} ${bytes.subarray(0, 300)}\n${cloud.log.join("")}`);
    right(body);
    lengths[name] = bytes.length;
  }
  return lengths;
}

// round measures one contender at one endpoint: {requests, seconds, cpu (µs per request), p50, p99 (ms), peakMB}.
export async function round({ cloud, pool, lengths }, endpoint, { connections, seconds }) {
  const request = endpoint.make();
  resetPeak(cloud.pid);
  const before = cpuMicros(cloud.pid);
  const seen = await drive(pool, Math.min(connections, endpoint.connections ?? Infinity), () => request, {
    seconds,
    expected: () => lengths[endpoint.name],
  });

  return {
    requests: seen.requests,
    seconds: seen.seconds,
    cpu: (cpuMicros(cloud.pid) - before) / seen.requests,
    p50: percentile(seen.latencies, 50),
    p99: percentile(seen.latencies, 99),
    peakMB: peakMB(cloud.pid),
  };
}

// rounds adds rounds of each contender at every endpoint to measured: {endpoint: {contender: [round, …]}}. Before the first
// round each contender warms up at all endpoints; the cost of a new process is measured by the cold starts.
export async function rounds(measured, running, { rounds: count, warmup, ...how }) {
  for (const endpoint of endpoints) {
    measured[endpoint.name] ??= Object.fromEntries(running.map(({ name }) => [name, []]));
    for (const one of running) await round(one, endpoint, { ...how, seconds: warmup });
  }
  for (let i = 0; i < count; i++) {
    for (const endpoint of endpoints) {
      for (const one of rotated(running, i)) measured[endpoint.name][one.name].push(await round(one, endpoint, how));
    }
  }
}

// told describes the last round, one line per endpoint.
export function told(measured) {
  return Object.entries(measured).map(
    ([endpoint, contenders]) =>
      `${endpoint}: ${Object.entries(contenders)
        .map(([name, rounds]) => `${name} ${Math.round(rounds.at(-1).cpu)} µs`)
        .join(", ")}`,
  );
}

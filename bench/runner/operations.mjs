// Trips to D1 and operations on R2 per request, counted inside the Worker.
import assert from "node:assert/strict";
import { start } from "./cloud.mjs";
import { endpoints } from "./endpoints.mjs";
import { gauged, read } from "./gauge.mjs";
import { connect, send } from "./load.mjs";
import { prepare } from "./rounds.mjs";

// operations returns {endpoint: {d1, r2}} of a contender. It throws if two requests to an endpoint differ, or an answer is
// wrong.
export async function operations(contender) {
  const cloud = await start({ modules: await gauged(contender.modules, "counting.mjs") });
  const pool = connect(cloud.base, 1);
  try {
    await prepare(cloud, pool);
    const found = {};
    for (const { name, make } of endpoints) {
      const seen = [];
      for (let i = 0; i < 3; i++) {
        const before = await read(pool);
        await send(pool, make());
        const after = await read(pool);
        seen.push({ d1: after.d1 - before.d1, r2: after.r2 - before.r2 });
      }
      assert.deepEqual(
        new Set(seen.map((counts) => JSON.stringify(counts))).size,
        1,
        `${contender.name}, ${name}: ${JSON.stringify(seen)}`,
      );
      found[name] = seen[0];
    }
    return found;
  } finally {
    await pool.close();
    await cloud.stop();
  }
}

// checkTrips throws if our Worker needs more trips or operations than an endpoint allows.
export function checkTrips(counted) {
  for (const {
    name,
    trips: [d1, r2],
  } of endpoints) {
    const { d1: trips, r2: objects } = counted[name];
    assert.ok(
      trips <= d1 && objects <= r2,
      `${name}: ${trips} trips to D1 and ${objects} operations on R2; it may have ${d1} and ${r2}`,
    );
  }
}

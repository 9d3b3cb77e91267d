// Calls and bytes across the boundary between JavaScript and the program, per request, counted inside the Worker.
import { start } from "./cloud.mjs";
import { endpoints } from "./endpoints.mjs";
import { gauged, read } from "./gauge.mjs";
import { connect, send } from "./load.mjs";
import { prepare } from "./rounds.mjs";

const requests = 10;

// crossings returns {endpoint: {into, out, bytesInto, bytesOut}}: means of some requests, one after the other. The first ones
// of an isolate, which start the program, are left out.
export async function crossings(contender) {
  const cloud = await start({ modules: await gauged(contender.modules, "boundary.mjs") });
  const pool = connect(cloud.base, 1);
  try {
    await prepare(cloud, pool);
    const found = {};
    for (const { name, make } of endpoints) {
      await send(pool, make());
      const before = await read(pool);
      for (let i = 0; i < requests; i++) await send(pool, make());
      const after = await read(pool);
      found[name] = Object.fromEntries(
        Object.entries(after).map(([what, total]) => [what, Math.round(((total - before[what]) / requests) * 10) / 10]),
      );
    }
    return found;
  } finally {
    await pool.close();
    await cloud.stop();
  }
}

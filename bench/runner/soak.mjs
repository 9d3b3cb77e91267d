// A long mixed load on one contender, which shows what grows.
import { endpoints } from "./endpoints.mjs";
import { read } from "./gauge.mjs";
import { connect, drive } from "./load.mjs";
import { residentMB } from "./process.mjs";

// How many of every 1,000 requests go to each endpoint, in the order of endpoints.
const shares = [150, 200, 100, 200, 100, 120, 100, 2, 28];
const schedule = shares.flatMap((share, index) => Array(share).fill(endpoints[index]));

// soak sends the requests and measures the Worker after the first of them, when everything has been used once, and at the
// end: {requests, first: {after, residentMB, wasmMB, goroutines}, last: {…}}. There should be more connections than idle
// goroutines that the runtime keeps (16, in package workers), so that those do not count as growth.
export async function soak({ cloud, lengths }, { first, requests, connections }) {
  const pool = connect(cloud.base, connections);
  const look = async (after) => ({ after, residentMB: residentMB(cloud.pid), ...(await read(pool)) });
  const load = (count) => {
    const fresh = new Map(endpoints.map((endpoint) => [endpoint, endpoint.make()]));
    const names = new Map([...fresh].map(([endpoint, request]) => [request, endpoint.name]));
    return drive(pool, connections, (i) => fresh.get(schedule[(i * 617) % schedule.length]), {
      requests: count,
      expected: (request) => lengths[names.get(request)],
    }).catch((error) => {
      throw new Error(`${error.message}\n${cloud.log.join("")}`, { cause: error });
    });
  };

  const portions = async (count) => {
    for (let left = count; left > 0; left -= 5000) await load(Math.min(left, 5000)); // each within a session cache's life
  };

  try {
    await portions(first);
    const early = await look(first);
    await portions(requests - first);
    return { requests, first: early, last: await look(requests) };
  } finally {
    await pool.destroy();
  }
}

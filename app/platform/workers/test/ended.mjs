// Runs inside the Worker, around the bundle: a request with a header X-Ended is answered as soon as Go has it, and nothing
// keeps its I/O context, which so ends as the platform ends one. /-/later lets that many milliseconds pass. A request with a
// header X-Busy is followed by 15 seconds in which the thread is blocked, and then by other requests.
import worker from "./gate.mjs";

const { now } = Date;
let passed = 0;
Date.now = () => now() + passed;

export default {
  ...worker,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/-/later") {
      passed += Number(searchParams.get("milliseconds"));
      return new Response();
    }
    if (request.headers.has("x-busy")) return busy(request, env, ctx);
    if (!request.headers.has("x-ended")) return worker.fetch(request, env, ctx);
    worker.fetch(request, env, { waitUntil() {} });
    return new Response();
  },
};

// busy answers a request, and others at the same moment, though 15 seconds later: those that wait have no turn in between.
async function busy(request, env, ctx) {
  const answer = worker.fetch(request, env, ctx);
  for (let turn = 0; turn < 10; turn++) await null; // the host may look for suspects first; nobody else has a turn
  passed += 15_000;
  const others = [1, 2].map(() => worker.fetch(new Request(new URL("/empty", request.url)), env, ctx));
  await Promise.all(others);
  return answer;
}

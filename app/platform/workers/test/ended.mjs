// Runs inside the Worker, around the bundle: a request with a header X-Ended is answered as soon as Go has it, and nothing
// keeps its I/O context, which so ends as the platform ends one. /-/later lets that many milliseconds pass.
import worker from "./worker.mjs";

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
    if (!request.headers.has("x-ended")) return worker.fetch(request, env, ctx);
    worker.fetch(request, env, { waitUntil() {} });
    return new Response();
  },
};

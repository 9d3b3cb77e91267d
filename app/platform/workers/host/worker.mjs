// The Worker. One instance of the Go program serves all requests of an isolate. The first request starts it, because neither
// I/O nor randomness is available at module scope.
import program from "app.wasm";
import { Instance } from "./instance.mjs";
import { Orphans } from "./orphans.mjs";
import { Readers } from "./readers.mjs";
import { bodyOf, named } from "./request.mjs";
import { failure, refusal } from "./response.mjs";
import { Suspects } from "./suspects.mjs";

let instance; // in service
let refuge; // a WeakRef of another, which goes with its last request

const others = {
  suspects: new Suspects(),
  orphans: new Orphans(),
  readers: new Readers(),
  make: (env) => new Instance(program, env, others),
  running(env) {
    if (!instance?.usable) instance = others.make(env);
    return instance;
  },
  refuge(env) {
    const current = refuge?.deref();
    if (current?.usable) return current;
    const made = others.make(env);
    refuge = new WeakRef(made);
    return made;
  },
};

// suspicious refuses a request that is like one that killed an instance, and answers any other.
async function suspicious(request, env, ctx) {
  const body = bodyOf(request);
  const seconds = await others.suspects.refusal(request, env, body);
  if (seconds === 0) return answer(request, env, ctx, body);
  console.warn(`A request is refused because one like it has killed the Go instance: ${named(request)}`);
  return refusal(request, seconds, others.readers.headersFor(request));
}

function answer(request, env, ctx, body) {
  try {
    return others.running(env).fetch(request, env, ctx, body);
  } catch (error) {
    console.error(`The Go program does not start: ${error.stack}`);
    return failure(request, others.readers.headersFor(request));
  }
}

export default {
  fetch(request, env, ctx) {
    return others.suspects.active ? suspicious(request, env, ctx) : answer(request, env, ctx);
  },

  scheduled(event, env, ctx) {
    return others.running(env).scheduled(event, env, ctx);
  },
};

// The Worker. One instance of the Go program serves all requests of an isolate; the first request starts it, for at
// module scope there is neither I/O nor randomness.
import program from "app.wasm";
import { Instance } from "./instance.mjs";
import { failure } from "./response.mjs";

let instance;

function running(env) {
  if (!instance?.usable) instance = new Instance(program, env);
  return instance;
}

export default {
  fetch(request, env, ctx) {
    try {
      return running(env).fetch(request, env, ctx);
    } catch (error) {
      console.error(`The Go program does not start: ${error.stack}`);
      return failure();
    }
  },

  scheduled(event, env, ctx) {
    return running(env).scheduled(event, env, ctx);
  },
};

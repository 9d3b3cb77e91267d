// Runs inside the Worker, around the gate: a request with a header X-Kill ends the program's instance, as a trap in the Wasm
// does, when Go gets it.
import gate from "./gate.mjs";

let trap = false;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(real, values) {
    const { exports } = new real(...values);
    const start = (...call) => {
      if (!trap) return exports.start(...call);
      trap = false;
      throw new WebAssembly.RuntimeError("unreachable");
    };
    return Object.create(real.prototype, { exports: { value: { ...exports, start } } });
  },
});

export default {
  ...gate,
  fetch(request, env, ctx) {
    trap = request.headers.has("x-kill");
    return gate.fetch(request, env, ctx);
  },
};

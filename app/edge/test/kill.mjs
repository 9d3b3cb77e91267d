// Runs inside the Worker, around the gate: a request with a header X-Kill ends the program's instance, as a trap in the Wasm
// does: "1" when Go gets it, "timer" in a goroutine that a Go timer wakes 20 ms later, whoever enters Go then.
import gate from "./gate.mjs";

const pause = 20; // milliseconds
const scratch = 64; // an address that Go does not use
let kill = null;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(real, [module, imports]) {
    const { exports } = new real(module, imports);
    let fires = Infinity;
    const trap = () => { throw new WebAssembly.RuntimeError("unreachable"); };

    // wake has the host resume Go in time, as the runtime does before it pauses.
    const wake = () => {
      new DataView(exports.mem.buffer).setBigInt64(scratch + 8, BigInt(Math.ceil(Math.max(0, fires - performance.now()))), true);
      imports.gojs["runtime.scheduleTimeoutEvent"](scratch);
    };
    const start = (...call) => {
      const how = kill;
      kill = null;
      if (how === "1") trap();
      if (how === "timer") fires = performance.now() + pause;
      exports.start(...call);
    };
    const resume = () => {
      if (performance.now() >= fires) trap();
      exports.resume();
      if (fires < Infinity) wake();
    };
    return Object.create(real.prototype, { exports: { value: { ...exports, start, resume } } });
  },
});

export default {
  ...gate,
  fetch(request, env, ctx) {
    kill = request.headers.get("x-kill");
    return gate.fetch(request, env, ctx);
  },
};

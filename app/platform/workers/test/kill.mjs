// Runs inside the Worker, around the gate: a request with a header X-Kill ends the program's instance, as a trap in the Wasm
// does: "1" when Go gets it, "timer" in a goroutine that a Go timer wakes 20 ms later, in any request's call.
import gate from "./gate.mjs";

const pause = 20; // milliseconds
const scratch = 64; // an address that Go does not use

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(real, [module, imports]) {
    const { exports } = new real(module, imports);
    let description; // of the request that begins, in Go's memory
    let armed = false;
    let fires = Infinity;
    const trap = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };

    const reserve = (id, length, code) => {
      const at = exports.reserve(id, length, code);
      if (id === 0) description = [at >>> 0, length];
      return at;
    };
    // wake asks the host to resume Go in time, as the runtime does before it pauses.
    const wake = () => {
      new DataView(exports.mem.buffer).setBigInt64(scratch + 8, BigInt(Math.ceil(Math.max(0, fires - performance.now()))), true);
      imports.gojs["runtime.scheduleTimeoutEvent"](scratch);
    };
    const start = (...call) => {
      const how = killing(new Uint8Array(exports.mem.buffer, ...description));
      if (how === "1") trap();
      armed = how === "timer";
      exports.start(...call);
    };
    const resume = () => {
      if (performance.now() >= fires) trap();
      exports.resume();
      if (armed) fires = performance.now() + pause;
      armed = false;
      if (fires < Infinity) wake();
    };
    return Object.create(real.prototype, { exports: { value: { ...exports, reserve, start, resume } } });
  },
});

// killing is the header X-Kill in the description of a request, where every text comes after its length.
function killing(bytes) {
  return /x-kill[\s\S]{4}(timer|1)/.exec(new TextDecoder("latin1").decode(bytes))?.[1];
}

export default gate;

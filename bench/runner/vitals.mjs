// A gauge (gauge.mjs): the memory and the goroutines of the Go program that the Worker runs.
const { Instance } = WebAssembly;
let program;

WebAssembly.Instance = class extends Instance {
  constructor(...of) {
    super(...of);
    program = this.exports;
  }
};

export const reading = () => ({ wasmMB: program.mem.buffer.byteLength / 1e6, goroutines: program.goroutines() });

// A gauge (gauge.mjs): how often JavaScript calls into the program's Wasm and the Wasm calls JavaScript, and how many bytes are
// copied each way as messages.
const { Instance } = WebAssembly;
const counts = { into: 0, out: 0, bytesInto: 0, bytesOut: 0 };

// Where a call has the length of what it copies, by name.
const lengths = {
  reserve: ([, length], add) => add("bytesInto", length),
  post: ([, , , , length], add) => add("bytesOut", length),
  spool_write: ([, , length], add) => add("bytesOut", length),
  spool_read: ([, , , room], add) => add("bytesInto", room),
};

const add = (what, number) => {
  counts[what] += number;
};

const counted = (functions, direction) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, called]) => {
      if (typeof called !== "function") return [name, called];
      const measure = (...values) => {
        counts[direction]++;
        lengths[name]?.(values, add);
        return called(...values);
      };
      return [name, measure];
    }),
  );

WebAssembly.Instance = class extends Instance {
  #exports;

  constructor(module, imports) {
    super(module, Object.fromEntries(Object.entries(imports).map(([name, functions]) => [name, counted(functions, "out")])));
    this.#exports = counted(super.exports, "into");
  }

  get exports() {
    return this.#exports;
  }
};

// reading returns the totals so far.
export const reading = () => counts;

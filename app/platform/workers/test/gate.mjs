// Runs inside the Worker, around the bundle: before each call of D1 and R2 of a request that has a name (its header
// X-Case) the test is asked what to do with it. It answers "go", "fail", "lose": the call is made, and its answer lost;
// or "again": the call is made, and the test asked once more before its answer is there. /-/memory tells of the program's
// memory in bytes, of its goroutines, of the requests that it works on, and how many instances have been started;
// /-/alive, how many of its instances the engine still has after a collection.
import worker from "./worker.mjs";

let instance; // the latest
const instances = []; // all, if they are still there

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(real, values) {
    instance = new real(...values);
    instances.push(new WeakRef(instance.exports.mem));
    return instance;
  },
});

export default {
  ...worker,
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/-/memory") return Response.json(memory());
    if (new URL(request.url).pathname === "/-/alive") return alive();
    const name = request.headers.get("x-case");
    return worker.fetch(request, name === null ? env : gated(env, name), counted(ctx));
  },
};

let running = 0;

// counted counts a request until Go has finished with it, which is how long the host keeps the context.
function counted(ctx) {
  const waitUntil = (promise) => {
    running++;
    ctx.waitUntil(
      promise.finally(() => {
        running--;
      }),
    );
  };
  return { waitUntil };
}

function memory() {
  const { exports } = instance;
  return { bytes: exports.mem.buffer.byteLength, goroutines: exports.goroutines(), running, started: instances.length };
}

// alive allocates garbage to make the engine collect, and returns the number of instances that are left.
async function alive() {
  for (let round = 0; round < 20; round++) {
    new Uint8Array(32 << 20).fill(round);
    await scheduler.wait(0);
  }
  return Response.json(instances.filter((ref) => ref.deref()).length);
}

// gated replaces the bindings for one request.
function gated(env, name) {
  const counts = {};
  const pass = async (binding, method, perform) => {
    counts[binding] = (counts[binding] ?? 0) + 1;
    const call = { name, binding, method, count: counts[binding] };
    const ask = async (made) =>
      (await env.GATE.fetch("http://gate/", { method: "POST", body: JSON.stringify({ ...call, made }) })).text();
    const verdict = await ask(false);
    if (verdict === "fail") throw new Error(`${binding} fails`);
    const answer = await perform();
    if (verdict === "again") await ask(true);
    if (verdict === "lose") throw new Error(`the answer of ${binding} is lost`);
    return answer;
  };

  return Object.fromEntries(
    Object.entries(env).map(([binding, value]) => {
      const through = (method, perform) => pass(binding, method, perform);
      switch (value.constructor.name) {
        case "D1Database":
          return [binding, database(value, through)];
        case "R2Bucket":
          return [binding, bucket(value, through)];
      }
      return [binding, value];
    }),
  );
}

function database(real, through) {
  const statement = (prepared) => ({
    prepared,
    bind: (...values) => statement(prepared.bind(...values)),
    raw: (options) => through("raw", () => prepared.raw(options)),
  });
  return {
    prepare: (sql) => statement(real.prepare(sql)),
    batch: (statements) => through("batch", () => real.batch(statements.map(({ prepared }) => prepared))),
  };
}

function bucket(real, through) {
  const methods = ["get", "put", "delete", "createMultipartUpload"];
  return Object.fromEntries(methods.map((method) => [method, (...values) => through(method, () => real[method](...values))]));
}

// A Worker in workerd, with what it talks to. The bundle is in the directory WORKER_BUNDLE, where the Go test has put it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
import path from "node:path";

const require = createRequire(new URL("../../../../local/package.json", import.meta.url));
const { Log, LogLevel, Miniflare, Response } = require("miniflare");

export { Response }; // Miniflare's own, for an outboundService

const { Agent } = createRequire(require.resolve("miniflare"))("undici");

// A connection for each request: workerd closes one that rests for five seconds, which a slow machine may notice too late.
const dispatcher = new Agent({ pipelining: 0 });

const directory = process.env.WORKER_BUNDLE;

// start runs the bundle, as one module or as two. With a gate, each call of D1 and R2 by a request with a header
// X-Case, its name, asks it: gate({name, binding, method, count}) answers "go", "fail" or "lose" (gate.mjs). around names
// the modules to run around the bundle, the outermost first. Whatever else is given goes to Miniflare.
export async function start({ modules = false, gate, around = gate ? ["gate.mjs"] : [], bindings = {}, ...more } = {}) {
  let printed = "";
  const worker = new Miniflare({
    modules: [
      ...(await Promise.all(around.map((name) => file(name, import.meta.dirname)))),
      ...(await (modules ? pair() : single())),
    ],
    host: "127.0.0.1",
    port: 0,
    cf: false,
    compatibilityDate: "2026-02-10",
    compatibilityFlags: ["nodejs_compat"],
    d1Databases: ["DB"],
    r2Buckets: ["BUCKET"],
    bindings,
    ...(gate && { serviceBindings: { GATE: async (request) => new Response(await gate(await request.json())) } }),
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) {
        stream.on("data", (data) => {
          printed += data;
        });
      }
    },
    ...more,
  });
  const url = await worker.ready;
  return {
    worker,
    url,
    get log() {
      return printed;
    },
    get: (target, init) => fetch(new URL(target, url), { dispatcher, ...init }),
    stop: () => worker.dispose(),
  };
}

async function file(name, from = directory) {
  return { type: "ESModule", path: path.basename(name), contents: await readFile(path.join(from, name), "utf8") };
}

const single = async () => [await file("worker.mjs")];

async function pair() {
  const program = { type: "CompiledWasm", path: "app.wasm", contents: await readFile(path.join(directory, "modules/app.wasm")) };
  return [await file("modules/worker.mjs"), program];
}

// ask sends a request over a connection of its own, and returns that: nothing of the answer is read yet.
export function ask({ url }, target) {
  const client = connect(url.port, "127.0.0.1");
  client.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return client;
}

// state asks Go for its instance, goroutines and memory.
export async function state({ get }) {
  return (await get("/state")).json();
}

// resting is how many goroutines there are at most when no request is in flight: the runtime's own, and those that wait
// for the next request.
export const resting = 20;

// atRest waits until no goroutine of an earlier request is left, and returns the state.
export function atRest(edge) {
  return eventually(
    () => state(edge),
    ({ goroutines }) => goroutines <= resting,
  );
}

// logged waits until the log has a text.
export function logged(edge, text) {
  return eventually(
    () => edge.log,
    (log) => log.includes(text),
  );
}

// eventually waits until a claim holds, and returns what it is about.
export async function eventually(subject, holds = Boolean) {
  for (const end = Date.now() + 30_000; ; ) {
    const found = await subject();
    if (holds(found)) return found;
    if (Date.now() > end) throw new Error(`it does not come to be: ${JSON.stringify(found)}`);
    await sleep(20);
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// provider is an HTTP server elsewhere. routes maps a path to what answers (request, response, URL).
export async function provider(routes) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://provider");
    routes[url.pathname](request, response, url);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, stop };
}

// hall is a provider's route whose requests wait until they are let out.
export function hall() {
  const waiting = [];
  return {
    enter: (request, response, url) => waiting.push({ request, response, url }),
    filled: (count) =>
      eventually(
        () => waiting.length,
        (length) => length >= count,
      ),
    release: (answer) => {
      for (const { response, url } of waiting.splice(0)) response.end(answer ?? url.searchParams.get("id"));
    },
  };
}

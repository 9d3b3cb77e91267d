// The test worker in workerd, with what it talks to.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(new URL("../../../local/package.json", import.meta.url));
const { Log, LogLevel, Miniflare } = require("miniflare");

// Where the Go test has put the bundle.
const directory = process.env.EDGE_BUNDLE;

export const compatibility = { compatibilityDate: "2026-02-10", compatibilityFlags: ["nodejs_compat"] };

// start runs the bundle, as one module or as two. It returns the Worker, and what it and Go wrote to the log.
export async function start({ modules = false, bindings = {} } = {}) {
  const lines = [];
  const worker = new Miniflare({
    ...compatibility,
    modules: await (modules ? pair() : single()),
    host: "127.0.0.1",
    port: 0,
    d1Databases: ["DB"],
    r2Buckets: ["BUCKET"],
    bindings,
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: (...streams) => streams.forEach((stream) => stream.on("data", (data) => lines.push(...String(data).split("\n")))),
  });
  const url = await worker.ready;
  return { worker, url, lines, get: (target, init) => fetch(new URL(target, url), init), stop: () => worker.dispose() };
}

async function single() {
  return [{ type: "ESModule", path: "worker.mjs", contents: await readFile(path.join(directory, "worker.mjs"), "utf8") }];
}

async function pair() {
  return [
    { type: "ESModule", path: "worker.mjs", contents: await readFile(path.join(directory, "modules/worker.mjs"), "utf8") },
    { type: "CompiledWasm", path: "app.wasm", contents: await readFile(path.join(directory, "modules/app.wasm")) },
  ];
}

// state asks Go for its goroutines and memory.
export async function state({ get }) {
  return (await get("/state")).json();
}

// eventually waits until a claim about the Worker's state holds.
export async function eventually(subject, holds) {
  for (const end = Date.now() + 10_000; ;) {
    const found = await subject();
    if (holds(found)) return found;
    if (Date.now() > end) throw new Error(`it does not come to be: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

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

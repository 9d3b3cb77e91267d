// A Worker in workerd, with what it talks to. WORKER_BUNDLE is the directory of the bundle, by default dist.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
import path from "node:path";
import { eventually, sleep } from "../../../../local/localtest/wait.mjs";
import { compatibility, createMiniflare, Response } from "../../../../local/miniflare.mjs";

export { eventually, Response, sleep };

const local = createRequire(new URL("../../../../local/package.json", import.meta.url));
const { Agent } = createRequire(local.resolve("miniflare"))("undici");

// One connection per request: workerd closes a connection that is idle for five seconds, which a slow machine may notice too
// late.
const dispatcher = new Agent({ pipelining: 0 });

const directory = process.env.WORKER_BUNDLE ?? path.resolve(import.meta.dirname, "../../../../dist");

// start runs the bundle, as one module or as two. With a gate, each call of D1 and R2 by a request with a header
// X-Case, its name, asks it: gate({name, binding, method, count}) answers "go", "fail" or "lose" (gate.mjs). around names
// the modules to run around the bundle, the outermost first. Other options go to Miniflare.
export async function start({ modules = false, gate, around = gate ? ["gate.mjs"] : [], bindings = {}, ...more } = {}) {
  let printed = "";
  const wrappers = await Promise.all(around.map((name) => file(name, import.meta.dirname)));
  const miniflare = createMiniflare({
    ...compatibility,
    modules: [...wrappers, ...(await (modules ? pair() : single()))],
    d1Databases: ["DB"],
    r2Buckets: ["BUCKET"],
    bindings,
    ...(gate && { serviceBindings: { GATE: async (request) => new Response(await gate(await request.json())) } }),
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) {
        stream.on("data", (data) => {
          printed += data;
        });
      }
    },
    ...more,
  });
  const url = await miniflare.ready;

  return {
    miniflare,
    url,
    get log() {
      return printed;
    },
    get: (target, init) => fetch(new URL(target, url), { dispatcher, ...init }),
    stop: () => miniflare.dispose(),
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

// ask sends a request over a new connection and returns the connection, from which nothing has been read yet.
export function ask({ url }, target) {
  const client = connect(url.port, "127.0.0.1");
  client.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return client;
}

// state asks Go for its instance, goroutines and memory.
export async function state({ get }) {
  return (await get("/state")).json();
}

// resting is the most goroutines that there are when no request is in flight: the runtime's own, and those that wait for the
// next request.
export const resting = 20;

// atRest waits until no goroutine of an earlier request is left, and returns the state.
export function atRest(worker) {
  return eventually(
    () => state(worker),
    ({ goroutines }) => goroutines <= resting,
  );
}

// logged waits until the log contains a text.
export function logged(worker, text) {
  return eventually(
    () => worker.log,
    (log) => log.includes(text),
  );
}

// provider starts another HTTP server. routes maps a path to its handler (request, response, URL).
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

// hall returns a route for a provider, whose requests wait until they are released.
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

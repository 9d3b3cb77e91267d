// The targets of the scenarios: the bundle under Miniflare, or the native server. A target is {base: URL, sql(text) → rows,
// objects() → [{key, size, contentType}], stop()}. Both get their outbound calls answered by
// answer(Request) → {status, headers, body}.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { compatibility, createMiniflare, Response } from "../local/miniflare.mjs";

const moduleTypes = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm", ".bin": "Data", ".txt": "Text" };
const entries = ["index.js", "worker.js", "worker.mjs", "index.mjs"];

// loadModules reads a Worker: one module, or a directory with the entry and every other module below it.
function loadModules(given) {
  const worker = path.resolve(given);
  if (!fs.statSync(worker).isDirectory()) return describeModules(path.dirname(worker), [path.basename(worker)]);

  const entry = entries.find((name) => fs.existsSync(path.join(worker, name)));
  const others = fs
    .readdirSync(worker, { recursive: true })
    .map(String)
    .filter((name) => name !== entry && moduleTypes[path.extname(name)]);
  return describeModules(worker, [entry, ...others]);
}

function describeModules(root, names) {
  const modules = names.map((name) => ({
    type: moduleTypes[path.extname(name)],
    path: path.join(root, name),
    contents: fs.readFileSync(path.join(root, name)),
  }));
  return { modulesRoot: root, modules };
}

// workerTarget runs the Worker in workerd, with D1 and R2.
export async function workerTarget({ worker, bindings, noBucket, answer }) {
  const miniflare = createMiniflare({
    ...compatibility,
    ...loadModules(worker),
    d1Databases: { DB: "contract" },
    ...(!noBucket && { r2Buckets: { GENERATIONS_BUCKET: "contract" } }),
    bindings,
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) {
        if (process.env.VERBOSE) stream.pipe(process.stderr, { end: false });
        else stream.resume();
      }
    },
    outboundService: async (request) => {
      const { body, ...init } = await answer(request);
      return new Response(body, init);
    },
  });
  const base = await miniflare.ready;
  const database = await miniflare.getD1Database("DB");

  return {
    base,
    sql: async (text) => (await database.prepare(text).all()).results,
    objects: async () => listObjects(await miniflare.getR2Bucket("GENERATIONS_BUCKET")),
    stop: () => miniflare.dispose(),
  };
}

async function listObjects(bucket) {
  const { objects } = await bucket.list({ include: ["httpMetadata"] });
  return objects.map(({ key, size, httpMetadata }) => ({ key, size, contentType: httpMetadata?.contentType }));
}

// nativeTarget runs the native server (contract/native), on SQLite in memory. The server offers its database on a port of
// its own.
export async function nativeTarget({ binary, bindings, noBucket, answer }) {
  const outbound = await serveOutbound(answer);
  const child = spawn(path.resolve(binary), {
    env: { ...bindings, CONTRACT_OUTBOUND: outbound.url, ...(noBucket && { CONTRACT_NO_BUCKET: "1" }) },
    stdio: ["ignore", "pipe", process.env.VERBOSE ? "inherit" : "ignore"],
  });
  const { base, control } = JSON.parse(await firstLine(child));

  const ask = async (route, body) => {
    const response = await fetch(control + route, { method: "POST", body });
    if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
    return response.json();
  };
  return {
    base: new URL(base),
    sql: (text) => ask("/sql", text),
    objects: () => ask("/objects"),
    stop: async () => {
      child.kill();
      await once(child, "exit");
      outbound.stop();
    },
  };
}

function firstLine(child) {
  const line = once(createInterface(child.stdout), "line").then(([text]) => text);
  const exit = once(child, "exit").then(([code]) => {
    throw new Error(`The native server exited with ${code}.`);
  });
  return Promise.race([line, exit]);
}

// serveOutbound receives the native server's outbound calls, which carry the intended address in a header.
async function serveOutbound(answer) {
  const server = http.createServer(async (request, response) => {
    const { status, headers, body } = await answer(await intended(request));
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

const hopHeaders = ["host", "connection", "content-length", "transfer-encoding", "x-outbound-url"];

// intended returns the request that the server meant to send.
async function intended(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopHeaders.includes(name)));
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  return new Request(request.headers["x-outbound-url"], { method: request.method, headers, body });
}

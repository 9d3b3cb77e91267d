// What the harness runs the scenarios against: the bundle under Miniflare, or the native server. A target is
// {base: URL, sql(text) → rows, objects() → [{key, size, contentType}], stop()}; both get their outbound calls answered
// by `answer(Request) → {status, headers, body}`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";

function loadModules(given) {
  const worker = path.resolve(given);
  const stat = fs.statSync(worker),
    root = stat.isDirectory() ? worker : path.dirname(worker);
  const entry = stat.isDirectory()
    ? ["index.js", "worker.js", "worker.mjs", "index.mjs"].find((f) => fs.existsSync(path.join(root, f)))
    : path.basename(worker);
  const kinds = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm", ".bin": "Data", ".txt": "Text" };
  const files = stat.isDirectory()
    ? fs
        .readdirSync(root, { recursive: true })
        .map(String)
        .filter((f) => f !== entry && kinds[path.extname(f)])
    : [];
  return {
    modulesRoot: root,
    modules: [entry, ...files].map((f) => ({
      type: kinds[path.extname(f)],
      path: path.join(root, f),
      contents: fs.readFileSync(path.join(root, f)),
    })),
  };
}

// The Worker, under real workerd with real D1 and R2.
export async function workerTarget({ Miniflare, Response, worker, bindings, noBucket, answer }) {
  const mf = new Miniflare({
    ...loadModules(worker),
    host: "127.0.0.1",
    port: 0,
    cf: false,
    compatibilityDate: "2026-02-10",
    compatibilityFlags: ["nodejs_compat"],
    d1Databases: { DB: "contract" },
    bindings,
    ...(noBucket ? {} : { r2Buckets: { GENERATIONS_BUCKET: "contract" } }),
    handleRuntimeStdio: (stdout, stderr) => {
      process.env.VERBOSE ? stdout.pipe(process.stderr, { end: false }) : stdout.resume();
      process.env.VERBOSE ? stderr.pipe(process.stderr, { end: false }) : stderr.resume();
    },
    outboundService: async (request) => {
      const { body, ...init } = await answer(request);
      return new Response(body, init);
    },
  });
  const base = await mf.ready,
    db = await mf.getD1Database("DB");
  return {
    base,
    sql: async (text) => (await db.prepare(text).all()).results,
    objects: async () =>
      (await (await mf.getR2Bucket("GENERATIONS_BUCKET")).list({ include: ["httpMetadata"] })).objects.map((object) => ({
        key: object.key,
        size: object.size,
        contentType: object.httpMetadata?.contentType,
      })),
    scheduled: async () => (await mf.getWorker()).scheduled({ cron: "*/5 * * * *" }),
    stop: () => mf.dispose(),
  };
}

// The native server (contract/native), on SQLite in memory. It sends its outbound calls to a server of ours, with the
// address that was meant in a header, and offers the database on a port of its own.
export async function nativeTarget({ binary, bindings, noBucket, answer }) {
  const outbound = http
    .createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { "x-outbound-url": url, ...sent } = request.headers;
      const headers = Object.fromEntries(
        Object.entries(sent).filter(([name]) => !["host", "connection", "content-length", "transfer-encoding"].includes(name)),
      );
      const {
        status,
        headers: answered,
        body,
      } = await answer(
        new Request(url, { method: request.method, headers, body: chunks.length ? Buffer.concat(chunks) : undefined }),
      );
      response.writeHead(status, answered).end(body);
    })
    .listen(0, "127.0.0.1");
  await once(outbound, "listening");
  const child = spawn(path.resolve(binary), {
    env: {
      ...bindings,
      CONTRACT_OUTBOUND: `http://127.0.0.1:${outbound.address().port}`,
      ...(noBucket ? { CONTRACT_NO_BUCKET: "1" } : {}),
    },
    stdio: ["ignore", "pipe", process.env.VERBOSE ? "inherit" : "ignore"],
  });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the native server ended with ${code}`);
    }),
  ]);
  const { base, control } = JSON.parse(line);
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
      outbound.close();
      outbound.closeAllConnections();
    },
  };
}

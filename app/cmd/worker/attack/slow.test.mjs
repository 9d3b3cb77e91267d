// Clients that ask for something long, and read it one byte a second. Meanwhile a bystander reads and orders as usual, and the
// memory stays under its limit; whoever is too slow is cut off.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { eventually, memory, order, siege, sleep, someAddress } from "./siege.mjs";

const MB = 1 << 20;
const limit = 96 * MB; // the memory's maximum, at which the instance ends
const grace = 10_000; // milliseconds

// What is read, by whom, by how many clients, and how many of them may be served at once.
const attacks = {
  "the viewer of the reference": { path: "/api/reference/redoc.js", count: 1_000, served: 100 },
  "the description of the API": { path: "/api/openapi.json", count: 1_000, served: 100 },
  "a long item of the history": { path: "/api/history/slow", as: "mallory", count: 200, served: 10 },
  "a long list of sessions": { path: "/api/auth/list-sessions", as: "mallory", count: 200, served: 10 },
  "a picture of 5 MB": { path: "/api/history/slow/asset", as: "mallory", count: 1_000, served: 1_000 },
};

// read opens a connection, asks for something, and notes the status of the answer, and when the connection is closed.
function read({ site, ...scene }, { path, as }) {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost:8787",
    `CF-Connecting-IP: ${someAddress()}`,
    "X-Slow: 1",
    "Connection: close",
    ...(as ? [`Cookie: ${scene[as].cookie}`] : []),
  ];
  const client = { status: undefined, socket: connect(site.url.port, "127.0.0.1") };
  client.socket
    .on("data", (piece) => {
      client.status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString("latin1"))?.[1]);
    })
    .on("close", () => {
      client.status ??= 0;
    })
    .on("error", () => {});
  client.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return client;
}

// begin gives the attacker long answers.
async function begin({ sql, site, mallory }) {
  await sql(
    "INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, r2_key, created_at, updated_at) VALUES ('slow', ?, 'image-from-text', 'succeeded', ?, '{}', 'slow.png', 1, 1)",
    mallory.id,
    JSON.stringify({ prompt: "x".repeat(300 << 10) }),
  );
  await sql(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO session SELECT 'slow-' || i, 9000000000, 'slow-' || i, 1, 1, '', ?, ? FROM n",
    "x".repeat(4 << 10),
    mallory.id,
  );
  await site.bucket.put("slow.png", "x".repeat(5 * MB), { httpMetadata: { contentType: "image/png" } });
}

siege(
  "slow readers",
  Object.entries(attacks).map(([what, { count, served, ...request }]) => ({
    name: `${count} clients that read ${what} a byte at a time`,
    send: async (scene) => {
      const clients = [];
      try {
        for (let n = 0; n < count; n++) {
          clients.push(read(scene, request));
          if (n % 50 === 0) await sleep(50); // the kernel drops connections if too many come at once
        }
        await eventually(
          () => clients.filter(({ status }) => status === undefined).length,
          (waiting) => waiting === 0,
        );
        await undisturbed(scene);

        const seen = tally(clients);
        const { bytes, running } = await memory(scene.site);
        if (process.env.VERBOSE) console.log(`${what}: ${JSON.stringify(seen)}, ${bytes / MB} MB`);
        assert.deepEqual(Object.keys(seen), served < count ? ["200", "503"] : ["200"]);
        assert.ok(running <= served, `${running} at once`);
        assert.ok(bytes < limit, `${bytes / MB} MB`);
        await eventually(
          () => memory(scene.site),
          ({ running }) => running <= 1, // the bystander's
        );
      } finally {
        for (const { socket } of clients) socket.destroy();
      }
      return { path: "/api/health" };
    },
    answer: 200,
  })),
  { begin, timeout: 120_000, around: ["slow.mjs", "gate.mjs"] },
);

// undisturbed lets the bystander read, and order.
async function undisturbed({ site, bystander, victim }) {
  const began = performance.now();
  await bystander.look();
  const response = await order(site, victim, { body: { prompt: "p" } });
  assert.equal(response.status, 200, await response.text());
  const took = performance.now() - began;
  assert.ok(took < grace / 2, `the bystander waited ${took} ms`);
}

// tally returns the number of answers per status.
function tally(clients) {
  const seen = {};
  for (const { status } of clients) seen[status] = (seen[status] ?? 0) + 1;
  return seen;
}

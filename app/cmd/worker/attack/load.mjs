// Many requests at once, over plain connections, from a thread of their own, so that the server is measured and not the client.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

// flood sends {heads, body} over as many connections as there are heads, all at once, and counts the answers by status. A
// connection that is closed without an answer counts as 0. A client that is refused for the head sends no body.
export function flood({ site }, { heads, body }) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { port: Number(site.url.port), heads, body } });
    thread.on("message", resolve).on("error", reject);
  });
}

// head returns the head of a POST with a body of the given length.
export function head({ path, length, address, cookie }) {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: localhost:8787",
    "Content-Type: application/json",
    `Content-Length: ${length}`,
    `CF-Connecting-IP: ${address}`,
    "Origin: http://localhost:5173",
    `Stripe-Signature: t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}`,
    "Connection: close",
    ...(cookie ? [`Cookie: ${cookie}`] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const atOnce = 50;
const pause = 300; // milliseconds
const large = 256 << 10; // bytes: the kernel can't buffer a thousand larger bodies, so they are sent when no more answers come
let lastAnswer = 0;

async function run({ port, heads, body }) {
  const bytes = Buffer.from(body);
  const clients = [];
  for (let from = 0; from < heads.length; from += atOnce) {
    clients.push(...(await Promise.all(heads.slice(from, from + atOnce).map(() => open(port)))));
    await accepted(port);
  }
  const seen = {};
  await Promise.all(
    clients.map(async (client, index) => {
      const status = await one(client, heads[index], bytes);
      seen[status] = (seen[status] ?? 0) + 1;
    }),
  );

  return seen;
}

// accepted waits until the server has accepted all connections, where the kernel reports it (Linux). Otherwise the first bytes of
// some are lost, and sent again only after seconds.
async function accepted(port) {
  const listens = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, "0")} 0{8}:0000 0A [0-9A-F]{8}:([0-9A-F]{8})`);
  for (let tries = 0; tries < 500; tries++) {
    const waiting = process.platform === "linux" ? listens.exec(await readFile("/proc/net/tcp", "latin1"))?.[1] : undefined;
    if (waiting === undefined || Number.parseInt(waiting, 16) === 0) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

function open(port) {
  return new Promise((resolve) => {
    const client = connect(port, "127.0.0.1", () => resolve(client));
    client.setNoDelay(true).on("error", () => resolve(client));
  });
}

function one(client, head, body) {
  return new Promise((resolve) => {
    let status;
    const end = () => {
      resolve(status ?? 0);
      client.destroy();
    };
    client
      .setTimeout(60_000, end)
      .on("close", end)
      .on("data", (piece) => {
        lastAnswer = performance.now();
        status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString("latin1"))?.[1]);
        end();
      });
    client.write(head);

    const proceed = () => {
      if (client.destroyed) return;
      if (body.length < large || performance.now() - lastAnswer > pause) client.write(body);
      else setTimeout(proceed, pause);
    };

    setTimeout(proceed, pause);
  });
}

if (!isMainThread) parentPort.postMessage(await run(workerData));

// Many requests at once, over connections that are as plain as can be, from a thread of their own: what is measured is the
// other end.
import { connect } from "node:net";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

// flood sends {heads, body} over as many connections as there are heads, all at once, and counts the answers by status. A
// connection that is closed without an answer counts as 0. Who is refused for the head sends no body.
export function flood({ site }, { heads, body }) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { port: Number(site.url.port), heads, body } });
    thread.on("message", resolve).on("error", reject);
  });
}

// head is that of a POST of so many bytes.
export function head({ path, length, address, cookie }) {
  const lines = [
    `POST ${path} HTTP/1.1`, "Host: localhost:8787", "Content-Type: application/json", `Content-Length: ${length}`,
    `CF-Connecting-IP: ${address}`, "Origin: http://localhost:5173", "Connection: close", ...(cookie ? [`Cookie: ${cookie}`] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const atOnce = 50; // more connections than wait to be accepted are made again after seconds

async function run({ port, heads, body }) {
  const bytes = Buffer.from(body);
  const clients = [];
  for (let from = 0; from < heads.length; from += atOnce) {
    clients.push(...await Promise.all(heads.slice(from, from + atOnce).map(() => open(port))));
  }
  const seen = {};
  await Promise.all(clients.map(async (client, index) => {
    const status = await one(client, heads[index], bytes);
    seen[status] = (seen[status] ?? 0) + 1;
  }));
  return seen;
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
    client.setTimeout(60_000, end).on("close", end).on("data", (piece) => {
      status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString("latin1"))?.[1]);
      end();
    });
    client.write(head);
    setTimeout(() => client.destroyed || client.write(body), 300);
  });
}

if (!isMainThread) parentPort.postMessage(await run(workerData));

// Many requests at once, over connections that are as plain as can be: what is measured is the other end.
import { connect } from "node:net";

// flood sends a request count times at once, and counts the answers by status. make returns {head, body} of the n-th; of a
// body a function is called for each piece, and returns undefined at the end. A connection that is closed without an
// answer counts as 0.
export async function flood({ site }, count, make) {
  const seen = {};
  await Promise.all(Array.from({ length: count }, async (_, n) => {
    const status = await one(site.url.port, make(n));
    seen[status] = (seen[status] ?? 0) + 1;
  }));
  return seen;
}

function one(port, { head, body }) {
  return new Promise((resolve) => {
    let status;
    const client = connect(port, "127.0.0.1");
    const end = () => {
      resolve(status ?? 0);
      client.destroy();
    };
    client.setNoDelay(true).setTimeout(60_000, end);
    client.on("data", (piece) => {
      status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString("latin1"))?.[1]);
      end();
    });
    client.on("error", end).on("close", end);
    client.write(head);
    // who is refused for the head is told before the body is sent
    setTimeout(() => client.destroyed || client.write(body), 200);
  });
}

// request is what flood sends: a POST of a body from an address.
export function request({ path, body, address, cookie }) {
  const lines = [
    `POST ${path} HTTP/1.1`, "Host: localhost:8787", "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`,
    `CF-Connecting-IP: ${address}`, "Origin: http://localhost:5173", "Connection: close", ...(cookie ? [`Cookie: ${cookie}`] : []),
  ];
  return { head: `${lines.join("\r\n")}\r\n\r\n`, body };
}

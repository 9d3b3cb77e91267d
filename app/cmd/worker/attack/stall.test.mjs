// Connections that announce a body and never send it. Meanwhile a bystander reads and orders as usual; after ten seconds the
// memory that they hold is freed.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { head } from "./load.mjs";
import { order, siege, sleep, someAddress } from "./siege.mjs";

const grace = 10_000; // milliseconds
const longHead = `X-Long: ${"x".repeat(100_000)}\r\n\r\n`;
const withLongHead = (text) => text.replace(/\r\n$/, longHead);
const half = 9 << 20; // bytes of a photo that are sent

const attacks = {
  "205 sign-outs from six addresses, 165 of them with a long head": () => {
    const from = Array.from({ length: 6 }, someAddress);
    return Array.from({ length: 205 }, (_, n) => {
      const text = head({ path: "/api/auth/sign-out", length: 10, address: from[n % 6] });
      return `${n < 165 ? withLongHead(text) : text}{`;
    });
  },
  "1000 sign-outs from as many addresses": () =>
    Array.from({ length: 1_000 }, () => `${head({ path: "/api/auth/sign-out", length: 10, address: someAddress() })}{`),
  "100 long orders of one user": ({ mallory }) =>
    Array.from(
      { length: 100 },
      () =>
        `${head({ path: "/api/workflows/image-from-text", length: 20_000, address: someAddress(), cookie: mallory.cookie })}{"prompt":"p","x":"${"x".repeat(15_000)}`,
    ),
  "three photos of one user": ({ mallory }) =>
    Array.from(
      { length: 3 },
      () =>
        `${head({ path: "/api/workflows/image-from-reference", length: 27 << 20, address: someAddress(), cookie: mallory.cookie })}{"prompt":"p","referenceImageUrl":"data:image/png;base64,iVBORw0KGgo${"A".repeat(half)}`,
    ),
};

// hang opens connections, and sends one text on each, and nothing more. Each records the status of its response; 0 if it is closed
// without one.
async function hang({ site }, texts) {
  const clients = [];
  for (const text of texts) {
    const client = { socket: connect(site.url.port, "127.0.0.1") };
    client.socket
      .on("data", (piece) => {
        client.status ??= Number(/^HTTP\/1\.1 (\d+)/.exec(piece.toString("latin1"))?.[1]);
      })
      .on("close", () => {
        client.status ??= 0;
      })
      .on("error", () => {});
    client.socket.write(text);
    clients.push(client);
    if (clients.length % 50 === 0) await sleep(100); // the kernel drops connections if too many come at once
  }

  await sleep(1_000);
  return clients;
}

// until waits until a condition holds for all.
async function until(clients, holds, most) {
  for (const began = performance.now(); !clients.every(holds); ) {
    assert.ok(performance.now() - began < most, `not in time: ${JSON.stringify(count(clients))}`);
    await sleep(100);
  }
}

// count returns the number of responses per status.
function count(clients) {
  const seen = {};
  for (const { status } of clients) seen[status] = (seen[status] ?? 0) + 1;
  return seen;
}

siege(
  "stalled bodies",
  Object.entries(attacks).map(([name, requests]) => ({
    name,
    send: async (scene) => {
      const clients = await hang(scene, requests(scene));
      try {
        const began = performance.now();
        await scene.bystander.look();
        const response = await order(scene.site, scene.victim, { body: { prompt: "p" } });
        assert.equal(response.status, 200, await response.text());
        assert.ok(performance.now() - began < grace / 2, "the bystander did not wait for them");
        await until(clients, (client) => client.status !== undefined, 2 * grace);
        assert.ok(
          clients.some(({ status }) => status === 408),
          JSON.stringify(count(clients)),
        );
        assert.ok(
          clients.every(({ status }) => status !== 500),
          JSON.stringify(count(clients)),
        );
        if (process.env.VERBOSE) console.log(`${name}: ${JSON.stringify(count(clients))}`);
      } finally {
        for (const { socket } of clients) socket.destroy();
      }

      return { path: "/api/health" };
    },
    answer: 200,
  })),
  { timeout: 120_000 },
);

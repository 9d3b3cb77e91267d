// The proxy of docs/operations.md, as it is written there, in front of the Worker.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, it } from "node:test";
import { Miniflare, PUBLIC_URL, Response, signUp, start } from "./studio.mjs";

const KEY = "a key that the proxy and the Worker share",
  CLIENT = "192.0.2.7";
const [, source] = /```js\n(export default[\s\S]*?)```/.exec(
  fs.readFileSync(path.join(import.meta.dirname, "../../docs/operations.md"), "utf8"),
);

let studio, user;
before(async () => {
  studio = await start({ settings: { CLIENT_ADDRESS_SECRET: KEY } });
  user = await signUp(studio, "ada");
});
after(async () => {
  await studio.stop();
});

// throughProxy signs in through a proxy that has the key, and answers the address that the session has.
async function throughProxy(key, headers = {}) {
  const proxy = new Miniflare({
    modules: true,
    script: source,
    compatibilityDate: "2026-02-10",
    bindings: { API_URL: PUBLIC_URL, CLIENT_ADDRESS_SECRET: key },
    outboundService: async (request) => {
      // Cloudflare, which says of every Worker the same
      const target = new URL(request.url),
        sent = new Headers(request.headers);
      sent.set("cf-connecting-ip", "2a06:98c0:3600::103");
      sent.set("cf-worker", "app.example.com");
      sent.delete("host");
      const answer = await fetch(new URL(target.pathname + target.search, studio.base), {
        method: request.method,
        headers: sent,
        body: await request.text(),
      });
      return new Response(await answer.text(), { status: answer.status });
    },
  });
  try {
    const response = await proxy.dispatchFetch("https://app.example.com/api/auth/sign-in/email?x=1", {
      method: "POST",
      body: JSON.stringify({ email: "ada@example.test", password: "correct horse" }),
      headers: { "content-type": "application/json", origin: PUBLIC_URL, "cf-connecting-ip": CLIENT, ...headers },
    });
    assert.equal(response.status, 200, await response.text());
  } finally {
    await proxy.dispose();
  }
  const [row] = await studio.sql(`SELECT ip_address FROM session WHERE user_id = '${user.id}' ORDER BY rowid DESC LIMIT 1`);
  return row.ip_address;
}

it("tells the Worker its client's address", async () => {
  assert.equal(await throughProxy(KEY), CLIENT);
});
it("lets no client tell another", async () => {
  assert.equal(await throughProxy(KEY, { "x-addreams-client": "198.51.100.1;t=1;v=x" }), CLIENT);
});
it("tells nothing with another key", async () => {
  assert.equal(await throughProxy("another key, that somebody else has made"), "");
});

// The proxy of docs/operations.md, as it is written there, in front of the Worker.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { compatibility, createMiniflare } from "../../../../local/miniflare.mjs";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { open, password, publicURL, signUp } from "./site.mjs";

const key = "a key that the proxy and the Worker share";
const client = "192.0.2.7";
const operations = path.join(import.meta.dirname, "../../../../docs/operations.md");
const [, source] = /```js\n(export default[\s\S]*?)```/.exec(fs.readFileSync(operations, "utf8"));

const site = await open({ bindings: { CLIENT_ADDRESS_SECRET: key } });
after(() => site.stop());
const ada = await signUp(site, "ada");

// cloudflare passes a proxy's request on to the Worker, with the headers that Cloudflare sets for every request of a Worker.
async function cloudflare(request) {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set("cf-connecting-ip", "2a06:98c0:3600::103");
  headers.set("cf-worker", "app.example.com");
  headers.delete("host");

  const answer = await site.get(pathname + search, { method: request.method, headers, body: await request.text() });
  return new Response(await answer.text(), { status: answer.status });
}

// throughProxy signs in through a proxy that has a key, and returns the address that the session has.
async function throughProxy(proxyKey, headers = {}) {
  const proxy = createMiniflare({
    ...compatibility,
    modules: true,
    script: source,
    bindings: { API_URL: publicURL, CLIENT_ADDRESS_SECRET: proxyKey },
    outboundService: cloudflare,
  });

  try {
    const response = await proxy.dispatchFetch("https://app.example.com/api/auth/sign-in/email?x=1", {
      method: "POST",
      body: JSON.stringify({ email: "ada@example.test", password }),
      headers: { "content-type": "application/json", origin: publicURL, "cf-connecting-ip": client, ...headers },
    });
    assert.equal(response.status, 200, await response.text());
  } finally {
    await proxy.dispose();
  }

  const [row] = await site.sql("SELECT ip_address FROM session WHERE user_id = ? ORDER BY rowid DESC LIMIT 1", ada.id);
  return row.ip_address;
}

test("the proxy tells the Worker its client's address", async () => {
  assert.equal(await throughProxy(key), client);
});

test("a client can't claim another address", async () => {
  assert.equal(await throughProxy(key, { "x-addreams-client": "198.51.100.1;t=1;v=x" }), client);
});

test("a proxy with another key is not believed", async () => {
  assert.equal(await throughProxy("another key, which a stranger has made"), "");
});

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { after, before, describe, test } from "node:test";
import { answering, startCloud } from "./harness.mjs";

describe("the worker port", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  test("requests that wait during an upload are answered", async () => {
    await cloud.upload("api", `export default { async fetch() { await scheduler.wait(300); return new Response('slow'); } };`);
    const slow = Array.from({ length: 20 }, () => cloud.worker());
    const uploaded = cloud.upload("api", answering('"next"'));
    for (const { status, text } of await Promise.all(slow)) {
      assert.equal(status, 200);
      assert.match(text, /^(slow|"next")$/);
    }
    await uploaded;

    assert.equal((await cloud.worker()).text, '"next"');
  });

  test("the client's address is the connection's, whatever the client says", async () => {
    await cloud.upload("api", answering('[request.headers.get("cf-connecting-ip"), request.headers.get("host"), request.url]'));
    const { text } = await cloud.worker("/path?q", { headers: { "CF-Connecting-IP": "203.0.113.9" } });
    const host = new URL(cloud.info.worker).host;
    assert.deepEqual(JSON.parse(text), ["127.0.0.1", host, `http://${host}/path?q`]);
  });

  test("large bodies pass both ways, with and without a length", async () => {
    await cloud.upload(
      "api",
      `export default { fetch(request) {
			return new Response(request.body, { headers: { 'x-length': request.headers.get('content-length') } });
		} };`,
    );
    const content = randomBytes(27 * 1024 * 1024);
    const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
    const chunks = async function* () {
      for (let i = 0; i < content.length; i += 1 << 20) yield content.subarray(i, i + (1 << 20));
    };

    for (const [body, length] of [
      [content, String(content.length)],
      [ReadableStream.from(chunks()), "null"],
    ]) {
      const response = await fetch(cloud.info.worker, { method: "POST", body, duplex: "half" });
      assert.equal(response.headers.get("x-length"), length);
      assert.equal(digest(Buffer.from(await response.arrayBuffer())), digest(content));
    }
  });

  test("every cookie, a status without body and a redirect come through as they are", async () => {
    await cloud.upload(
      "api",
      `export default { fetch(request) {
			const headers = new Headers({ location: '/elsewhere' });
			headers.append('set-cookie', 'a=1; Path=/');
			headers.append('set-cookie', 'b=2; Path=/');
			return new Response(null, { status: new URL(request.url).pathname === '/none' ? 204 : 302, headers });
		} };`,
    );
    const moved = await fetch(cloud.info.worker, { redirect: "manual" });
    assert.deepEqual([moved.status, moved.headers.get("location")], [302, "/elsewhere"]);
    assert.deepEqual(moved.headers.getSetCookie(), ["a=1; Path=/", "b=2; Path=/"]);
    assert.equal((await cloud.worker("/none")).status, 204);
  });

  test("when the client goes away, the Worker's request ends and what it had fetched with it", async (t) => {
    // workerd notices that a client has disconnected only when it writes.
    const endless = createServer((_request, response) => {
      const drip = setInterval(() => response.write("more"), 20);
      response.on("close", () => clearInterval(drip));
    }).listen(0, "127.0.0.1");
    await once(endless, "listening");
    t.after(() => endless.close());
    await cloud.upload("api", `export default { fetch: () => fetch('http://127.0.0.1:${endless.address().port}') };`);
    const asked = once(endless, "request");
    const client = send(cloud.info.worker).end();
    await once(client, "response");
    const [, answer] = await asked;
    const ended = once(answer, "close");
    client.destroy();
    await ended;
  });

  test("a Worker that throws gives a 500 and no page of ours", async () => {
    await cloud.upload("api", 'export default { fetch() { throw new Error("inside"); } };');
    const { status, text } = await cloud.worker();
    assert.equal(status, 500);
    assert.doesNotMatch(text, /inside/);
  });
});

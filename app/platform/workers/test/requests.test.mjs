// What a handler sees of a request.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { start } from "./worker.mjs";

const worker = await start({ bindings: { TEXT: "Grüße", LONG: "x".repeat(2000) } });
after(worker.stop);

const shown = async (target, init = {}) =>
  (await worker.get(target, { ...init, headers: { "x-raw": "1", ...init.headers } })).json();

test("method, path, query and host are as they were sent", async () => {
  const got = await shown("/a//b%2Fc/%C3%A4?x=1&y=%20&x=2", { method: "DELETE" });

  assert.equal(got.method, "DELETE");
  assert.equal(got.target, "/a//b%2Fc/%C3%A4?x=1&y=%20&x=2");
  assert.equal(got.path, "/a//b/c/ä");
  assert.equal(got.rawPath, "/a//b%2Fc/%C3%A4");
  assert.equal(got.query, "x=1&y=%20&x=2");
  assert.equal(got.host, worker.url.host);
  assert.equal(got.tls, false);
  assert.equal(got.remote, "", "only CF-Connecting-IP tells it");
});

test("a path with a broken escape stays as it is", async () => {
  const got = await shown("/a%zz?b");
  assert.equal(got.path, "/a%zz");
  assert.equal(got.query, "b");
});

test("https and http are told apart", async () => {
  const response = await worker.miniflare.dispatchFetch("https://shop.example.test/x", { headers: { "x-raw": "1" } });
  const got = await response.json();
  assert.equal(got.tls, true);
  assert.equal(got.host, "shop.example.test");
});

test("headers of one name are joined, and Host is apart", async () => {
  const headers = new Headers([
    ["x-one", "1"],
    ["x-one", "2"],
    ["x-text", "a, b"],
    ["cookie", "a=1; b=2"],
  ]);
  const { header } = await shown("/", { headers: { ...Object.fromEntries(headers) } });

  assert.deepEqual(header["X-One"], ["1, 2"]);
  assert.deepEqual(header["X-Text"], ["a, b"]);
  assert.deepEqual(header.Cookie, ["a=1; b=2"]);
  assert.equal(header.Host, undefined);
});

test("the body's length is known, unknown or none", async () => {
  assert.equal((await shown("/", { method: "POST", body: "12345" })).length, 5);
  assert.equal((await shown("/", { method: "POST", body: pieces(["12", "345"]), duplex: "half" })).length, -1);
  assert.equal((await shown("/")).length, 0);
});

test("HEAD gets the headers of GET, and no body", async () => {
  const response = await worker.get("/type", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/html/);
  assert.equal(await response.text(), "");
});

test("variables are read, of any length, and nothing of the machine is", async () => {
  const read = async (name) => (await worker.get(`/env?name=${name}`)).json();
  assert.equal((await read("TEXT")).value, "Grüße");
  assert.equal((await read("LONG")).value.length, 2000);

  const bucket = await read("BUCKET");
  assert.equal(bucket.bucket, true);
  assert.equal(bucket.value, "", "it is not text");

  const nothing = await read("NOTHING");
  assert.equal(nothing.value, "");
  assert.equal(nothing.bucket, false);
  assert.equal(nothing.args.length, 1);
  assert.deepEqual(
    nothing.environ.filter((entry) => !/^GO(GC|MEMLIMIT)=/.test(entry)),
    [],
  );
});

function pieces(texts) {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

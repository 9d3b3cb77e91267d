// Calls to other servers.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { atRest, provider, start } from "./worker.mjs";

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
const counting = (length) => Buffer.from(Uint8Array.from({ length }, (_, index) => index)); // as the test worker makes it

const host = await provider({
  "/text": (request, response) =>
    response.writeHead(203, { "content-length": 7, "x-one": "1", "set-cookie": ["a=1", "b=2"] }).end("Grüße"),
  "/none": (request, response) => response.writeHead(204).end(),
  "/packed": (request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked")),
  "/moved": (request, response) => response.writeHead(302, { location: "/text" }).end(),
  "/image": (request, response) => response.end(counting(2_000_000)),
  "/cut": (request, response) =>
    response.writeHead(200, { "content-length": 500_000 }).write("x".repeat(200_000), () => response.destroy()),
  "/dead": (request, response) => response.destroy(),
  "/echo": async (request, response) => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of request) hash.update(piece), (bytes += piece.length);
    response.end(JSON.stringify({ bytes, digest: hash.digest("hex"), length: request.headers["content-length"] ?? null }));
  },
  "/deaf": (request, response) => response.destroy(), // it reads nothing
});
const edge = await start();
after(() => Promise.all([edge.stop(), host.stop()]));

const call = async (route) => (await edge.get(`/fetch?url=${host.url}${route}`)).json();
const told = async (response) => `${response.status} ${await response.text()}`;

test("status, headers and body come back", async () => {
  const got = await call("/text");
  assert.equal(got.status, 203);
  assert.deepEqual(got.header["X-One"], ["1"]);
  assert.deepEqual(got.header["Set-Cookie"], ["a=1", "b=2"]);
  assert.equal(got.text, "Grüße");
  assert.equal(got.length, 7);
});

test("an answer may have no body", async () => {
  const got = await call("/none");
  assert.equal(got.status, 204);
  assert.equal(got.text, "");
});

test("a packed body comes unpacked, of unknown length", async () => {
  const got = await call("/packed");
  assert.equal(got.text, "unpacked");
  assert.equal(got.length, -1);
  assert.equal(got.header["Content-Encoding"], undefined);
  assert.equal(got.header["Content-Length"], undefined);
});

test("a redirect of a call without credentials is followed", async () => {
  assert.equal((await call("/moved")).text, "Grüße");
});

test("a body is passed on whole", async () => {
  const response = await edge.get(`/fetch/stream?url=${host.url}/image`);
  assert.equal(digest(Buffer.from(await response.arrayBuffer())), digest(counting(2_000_000)));
});

for (const length of [0, 1000, 65_536, 1_000_000]) {
  test(`${length} bytes are sent, of a length that is announced or not`, async () => {
    const sized = JSON.parse(await (await edge.get(`/fetch/post?url=${host.url}/echo&length=${length}`)).text());
    const chunked = JSON.parse(await (await edge.get(`/fetch/post?url=${host.url}/echo&length=${length}&chunked=1`)).text());
    for (const got of [sized, chunked]) {
      assert.equal(got.bytes, length);
      assert.equal(got.digest, digest(counting(length)));
    }
    assert.equal(sized.length, String(length));
  });
}

const failing = {
  "nobody listens": "/fetch?url=http://127.0.0.1:1/",
  "there is no such scheme": "/fetch?url=gopher://example.test/",
  "the host hangs up": "/fetch?url=HOST/dead",
  "the host hangs up while it is sent a body": "/fetch/post?url=HOST/deaf&length=5000000",
  "the answer is cut off while it is read": "/fetch?url=HOST/cut",
};
for (const [name, target] of Object.entries(failing)) {
  test(`${name}: an error of the host, and the request ends`, async () => {
    const answer = await told(await edge.get(target.replace("HOST", host.url)));
    assert.match(answer, /^418 host: workers: (fetch|read body): ./);
    await atRest(edge);
  });
}

test("an answer that is cut off while it is passed on is cut off for the client too", async () => {
  const response = edge.get(`/fetch/stream?url=${host.url}/cut`).then((response) => response.arrayBuffer());
  const bytes = await response.then(
    (body) => body.byteLength,
    () => 0,
  ); // the client hears of it, or meets the end too early
  assert.ok(bytes <= 200_000);
  await atRest(edge);
});

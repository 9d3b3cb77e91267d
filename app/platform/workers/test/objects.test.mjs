// R2.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { atRest, provider, start } from "./worker.mjs";

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
const counting = (length) => Buffer.from(Uint8Array.from({ length }, (_, index) => index)); // as the test worker makes it
const image = counting(3_000_000);

const host = await provider({
  "/whole": (_request, response) => response.setHeader("content-length", image.length).end(image),
  "/chunked": (_request, response) => response.write(image.subarray(0, 100_000), () => response.end(image.subarray(100_000))),
  "/short": (_request, response) => response.end("tiny"),
  "/cut": (_request, response) =>
    response.setHeader("content-length", image.length).write(image.subarray(0, 1_000_000), () => response.destroy()),
  "/cut/chunked": (_request, response) => response.write(image.subarray(0, 1_000_000), () => response.destroy()),
});
const verdicts = {};
const worker = await start({ gate: ({ name, count }) => verdicts[name]?.[count] ?? "go" });
after(() => Promise.all([worker.stop(), host.stop()]));

let bucket;
before(async () => {
  bucket = await worker.miniflare.getR2Bucket("BUCKET");
});

async function stored(key) {
  const object = await bucket.get(key);
  return object && Buffer.from(await object.arrayBuffer());
}

test("a part of an object is read", async () => {
  await bucket.put("parted", new Uint8Array(counting(1000)));
  for (const [offset, length] of [
    [0, 1],
    [10, 90],
    [999, 1],
    [0, 1000],
  ]) {
    const response = await worker.get(`/get?key=parted&offset=${offset}&length=${length}`);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), counting(1000).subarray(offset, offset + length));
    assert.equal(response.headers.get("x-size"), "1000", "of the whole object");
  }
});

function inPieces(bytes) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 60_001) controller.enqueue(bytes.subarray(at, at + 60_001));
      controller.close();
    },
  });
}

const send = (target, body, headers = {}) => worker.get(target, { method: "POST", body, headers, duplex: "half" });
const told = async (response) => `${response.status} ${await response.text()}`;

for (const length of [0, 70_000, (5 << 20) + 1, 12_000_000]) {
  test(`a body of ${length} bytes is stored, whether its length is known or not`, async () => {
    const bytes = counting(length);
    assert.equal(
      await told(await send(`/put?key=sized-${length}&size=${length}`, bytes, { "content-type": "image/webp" })),
      "200 ",
    );
    assert.equal(await told(await send(`/put?key=unsized-${length}`, inPieces(bytes), { "content-type": "image/webp" })), "200 ");
    assert.equal(await told(await send(`/put/made?key=made-${length}&length=${length}&size=${length}`)), "200 ");
    assert.equal(await told(await send(`/put/made?key=made-unsized-${length}&length=${length}`)), "200 ");

    for (const kind of ["sized", "unsized", "made", "made-unsized"]) {
      assert.equal(digest(await stored(`${kind}-${length}`)), digest(bytes), kind);
    }
    assert.equal((await bucket.head(`sized-${length}`)).httpMetadata.contentType, "image/webp");
    assert.equal((await bucket.head(`unsized-${length}`)).httpMetadata.contentType, "image/webp");
  });
}

test("an object comes back with what is known of it", async () => {
  await bucket.put("picture", new Uint8Array(image), { httpMetadata: { contentType: "image/png" } });
  const response = await worker.get("/get?key=picture");
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.equal(response.headers.get("content-length"), String(image.length));
  assert.equal(digest(Buffer.from(await response.arrayBuffer())), digest(image));
});

test("what is not there is not found", async () => {
  assert.match(await told(await worker.get("/get?key=nothing")), /^418 not found: /);
});

test("several objects are deleted at once, and deleting nothing is no error", async () => {
  await Promise.all(["a", "b", "c"].map((key) => bucket.put(`gone/${key}`, key)));
  assert.equal(await told(await worker.get("/delete?key=gone/a&key=gone/b&key=gone/c&key=never")), "200 ");
  assert.deepEqual((await bucket.list({ prefix: "gone/" })).objects, []);
});

test("an image goes from its host to the bucket, after a look at its beginning", async () => {
  for (const route of ["whole", "chunked"]) {
    const response = await worker.get(`/put/fetched?key=fetched-${route}&url=${host.url}/${route}`);
    assert.equal(Buffer.from(await response.arrayBuffer()).toString("hex"), image.subarray(0, 16).toString("hex"));
    assert.equal(digest(await stored(`fetched-${route}`)), digest(image));
  }
  assert.equal(await told(await worker.get(`/put/fetched?key=fetched-short&url=${host.url}/short`)), "200 tiny");
  assert.equal(String(await stored("fetched-short")), "tiny");
});

const refused = {
  "one that is cut off": ["/put/fetched", "&url=HOST/cut", undefined, "host"],
  "one that is cut off, of unknown length": ["/put/fetched", "&url=HOST/cut/chunked", undefined, "host"],
  "one that Go fails to make": ["/put/made", "&length=200000&fail=1", undefined, "other: the source is broken"],
  "a short one that Go fails to make": ["/put/made", "&length=200&fail=1", undefined, "other: the source is broken"],
  "one that Go fails to make of a known length": [
    "/put/made",
    "&length=200000&size=300000&fail=1",
    undefined,
    "other: the source is broken",
  ],
  "one that ends too early": ["/put/made", "&length=200000&size=300000", undefined, "host"],
  "one that is longer than it should be": ["/put/made", "&length=300000&size=200000", undefined, "host"],
  "a short one of another length": ["/put/made", "&length=10&size=11", undefined, "host"],
  "one that is announced as too large": ["/put", "&size=100000&most=99999", counting(100_000), "too large"],
  "one that says it is too large": ["/put", "&most=99999", counting(100_000), "too large"],
  "one that turns out too large": ["/put", "&most=99999", "pieces", "too large"],
  "one that turns out too large after some parts": ["/put/made", "&length=12000000&most=11999999", undefined, "too large"],
  "one that comes from too large an image": ["/put/fetched", "&url=HOST/whole&most=2999999", undefined, "too large"],
};
for (const [name, [target, query, body, error]] of Object.entries(refused)) {
  test(`${name} is not stored, and the handler is told`, async () => {
    const key = `refused-${name.replaceAll(" ", "-")}`;
    const sent = body === "pieces" ? inPieces(counting(100_000)) : body;
    const answer = await told(await send(`${target}?key=${key}${query.replace("HOST", host.url)}`, sent));
    assert.ok(answer.startsWith(`418 ${error}`), answer);
    assert.equal(await bucket.head(key), null);
    await atRest(worker);
  });
}

for (const [name, method, target] of [
  ["get", "GET", "/get?key=picture"],
  ["delete", "GET", "/delete?key=picture"],
  ["put", "POST", "/put?key=x&size=200000"],
]) {
  test(`an R2 that fails to ${name} is an error of the host`, async () => {
    verdicts[name] = { 1: "fail" };
    const body = method === "POST" ? counting(200_000) : undefined;
    const response = await worker.get(target, { method, body, headers: { "x-case": name } });
    assert.equal(await told(response), "418 host: workers: R2: BUCKET fails");
    await atRest(worker);
  });
}

test("an R2 that fails in the middle of an upload leaves nothing", async () => {
  verdicts.multipart = { 1: "fail" };
  const response = await worker.get("/put/made?key=multipart&length=12000000", { headers: { "x-case": "multipart" } });
  assert.equal(await told(response), "418 host: workers: R2: BUCKET fails");
  assert.equal(await bucket.head("multipart"), null);
  await atRest(worker);
});

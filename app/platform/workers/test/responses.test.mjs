// What a client sees of a response.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { ask, atRest, eventually, logged, sleep, start, state } from "./worker.mjs";

const worker = await start();
after(worker.stop);

async function received(target) {
  let text = "";
  for await (const data of ask(worker, target)) text += data;
  return text;
}

test("each cookie has its own header, and a response without a body has none", async () => {
  const response = await worker.get("/cookies");
  assert.equal(response.status, 204);
  assert.deepEqual(response.headers.getSetCookie(), ["one=1", 'two="2, with Expires, 3"']);
  assert.equal(Buffer.from(response.headers.get("x-text"), "latin1").toString(), "Grüße");
  assert.equal(await response.text(), "");
});

test("a handler that does nothing answers 200", async () => {
  const response = await worker.get("/empty");
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

test("a body without a type gets the one that it looks like", async () => {
  const response = await worker.get("/type");
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(await response.text(), "<html><body>hello");
});

for (const [name, count] of Object.entries({ kept: 1, "just kept": 2, streamed: 3, long: 200 })) {
  test(`a body that is ${name} arrives whole`, async () => {
    const body = Buffer.from(await (await worker.get(`/stream?pieces=${count}`)).arrayBuffer());
    assert.equal(body.length, count * 32768);
    assert.ok(body.every((byte) => byte === 0x78));
  });
}

test("the body of a response to HEAD is dropped, and the handler returns", async () => {
  const response = await worker.get("/stream?pieces=201", { method: "HEAD" });
  assert.equal(response.status, 200);
  await eventually(
    () => worker.log,
    (log) => /stream: (sent 201|host)/.test(log),
  );
  await atRest(worker);
});

test("a handler that panics when it has begun cuts the body off", async () => {
  const announced = await received("/late?length=100");
  assert.match(announced, /^HTTP\/1.1 200 OK\r\nContent-Length: 100\r\n/);
  assert.match(announced, /\r\n\r\nhalf$/);
  assert.equal((await worker.get("/late")).status, 200, "its length is open: workerd ends it as if it were whole");
  await logged(worker, "panic: late");
});

test("a client that reads slowly holds the handler back", async () => {
  const pieces = 2222; // 73 MB: more than all buffers on the way
  const before = (await state(worker)).memory;
  const client = ask(worker, `/stream?pieces=${pieces}`);
  await once(client, "readable");
  await sleep(500); // time enough to go wrong
  assert.ok(!worker.log.includes(`stream: sent ${pieces}`), "the handler waits");

  const { memory } = await state(worker);
  assert.ok(memory - before < 16e6, `Go's memory has grown by ${memory - before} bytes`);

  let bytes = 0;
  for await (const data of client) bytes += data.length;
  assert.ok(bytes > pieces * 32768, `${bytes} bytes came`);

  await logged(worker, `stream: sent ${pieces}`);
});

test("scrypt is the host's", async () => {
  const key = await (await worker.get("/scrypt?password=correct%20horse")).text();
  const { scryptSync } = await import("node:crypto");
  assert.equal(key, scryptSync("correct horse", "salt", 64, { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 }).toString("hex"));
});

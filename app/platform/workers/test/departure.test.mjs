// Clients that disconnect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest, eventually, hall, logged, provider, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
const worker = await start();
after(() => Promise.all([worker.stop(), host.stop()]));

let database;
before(async () => {
  database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE note (text TEXT)");
});

const notes = async () => (await database.prepare("SELECT text FROM note").all()).results.map(({ text }) => text);

// leave sends a request, disconnects once the request has got far enough, and waits until the connection is closed.
async function leave(target, where) {
  const client = new AbortController();
  const asked = worker.get(target, { signal: client.signal }).then((response) => response.text());
  await where();
  client.abort();
  await assert.rejects(asked, { name: "AbortError" });
}

for (const [name, query] of [
  ["before it is answered", ""],
  ["when it gets its answer's head", "&flush=1"],
]) {
  test(`a request whose client goes away ${name} is finished all the same`, async () => {
    await leave(`/finish?note=${encodeURIComponent(name)}&url=${host.url}/slow${query}`, () => slow.filled(1));
    await state(worker); // the Worker has had time to hear of it
    slow.release("late");
    await eventually(notes, (texts) => texts.includes(name));
    await atRest(worker);
  });
}

test("a client that goes away while it is sent a long answer ends the handler", async () => {
  const client = new AbortController();
  const response = await worker.get("/stream?pieces=100000", { signal: client.signal });
  await response.body.getReader().read();
  client.abort();
  await logged(worker, "stream: host");
  await atRest(worker);
});

test("a client that goes away while it is sent what comes from elsewhere leaves nothing", async () => {
  const bucket = await worker.miniflare.getR2Bucket("BUCKET");
  await bucket.put("large", new Uint8Array(30_000_000));
  for (let time = 0; time < 5; time++) {
    const client = new AbortController();
    const response = await worker.get("/get?key=large", { signal: client.signal });
    await response.body.getReader().read();
    client.abort();
  }
  await atRest(worker);
});

test("60 clients that go away at once leave no goroutine behind", async () => {
  const { instance } = await state(worker);
  const leaving = Array.from({ length: 60 }, () => leave(`/finish?note=crowd&url=${host.url}/slow`, () => slow.filled(60)));
  await Promise.all(leaving);
  assert.ok((await state(worker)).goroutines > 60);
  slow.release("late");
  await eventually(notes, (texts) => texts.filter((text) => text === "crowd").length === 60);
  assert.equal((await atRest(worker)).instance, instance);
});

// What kills a request, and what kills the instance.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { ask, atRest, eventually, hall, logged, provider, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
const worker = await start();
after(() => Promise.all([worker.stop(), host.stop()]));

const waiting = (id) => worker.get(`/fetch?url=${encodeURIComponent(`${host.url}/slow?id=${id}`)}`);

async function isFailure(response) {
  assert.equal(response.status, 500);
  const { error, requestId } = await response.json();
  assert.deepEqual(error, { code: "INTERNAL_SERVER_ERROR", message: "Internal server error." });
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  assert.equal(response.headers.get("x-request-id"), requestId);
}

test("a panic in a handler fails that request alone", async () => {
  const { instance } = await state(worker);
  const other = waiting("other");
  await slow.filled(1);
  await isFailure(await worker.get("/panic"));

  await logged(worker, "panic: on request");
  slow.release();
  assert.equal((await (await other).json()).text, "other");
  assert.equal((await atRest(worker)).instance, instance);
});

const deaths = {
  "a panic in a goroutine": ["/die/panic", "panic: in a goroutine"],
  "os.Exit": ["/die/exit", "exit status 3"],
  "want of memory": ["/die/memory", "out of memory"],
  "a stack that is used up": ["/die/stack", "Maximum call stack size exceeded"],
};
for (const [name, [target, reason]] of Object.entries(deaths)) {
  test(`${name} fails the request and those that have done something, and the others are answered by a new instance`, async () => {
    const { instance } = await state(worker);
    const readers = [waiting("a"), waiting("b")];
    const sender = worker.get(`/fetch/post?length=3&url=${encodeURIComponent(`${host.url}/slow?id=c`)}`);
    const streamed = ask(worker, "/stream?pieces=100000");
    await Promise.all([slow.filled(3), once(streamed, "readable")]);

    await isFailure(await worker.get(`${target}?email=eve@example.test`, { headers: { "cf-ray": "8f1e2d3c4b5a6978-FRA" } }));
    await isFailure(await sender); // its provider has not answered
    await once(streamed.resume(), "close");

    await logged(worker, reason);
    const last = worker.log.slice(worker.log.lastIndexOf("The Go instance has died, "));
    assert.match(last, /^The Go instance has died, 5 requests with it: /);
    assert.ok(last.includes(`It was at work on GET ${target}, ray 8f1e2d3c4b5a6978-FRA\n`), last);
    assert.ok(!worker.log.includes("eve@"), "a query may hold anything");
    const next = await state(worker);
    assert.notEqual(next.instance, instance);
    assert.ok(next.memory < 8e6, "it starts small again");
    await slow.filled(5); // two of them again
    slow.release();
    assert.deepEqual(await Promise.all(readers.map(async (reader) => (await (await reader).json()).text)), ["a", "b"]);
  });
}

test("an instance with a deadlocked request fails that request, and accepts no more", async () => {
  const { instance } = await state(worker);
  const other = waiting("other");
  await slow.filled(1);
  const locked = [worker.get("/lock"), worker.get("/lock")];
  for (const response of await Promise.all(locked)) await isFailure(response);
  await logged(worker, "The Go instance takes no more requests: a request waits, with nothing in flight that could wake it");
  assert.notEqual((await state(worker)).instance, instance);

  slow.release();
  assert.equal((await (await other).json()).text, "other", "a request that only waits for its provider is answered");
});

test("a program that ends before it serves fails each request, and the log says so", async () => {
  const ending = await start({ bindings: { EXIT: "1" } });
  try {
    await isFailure(await ending.get("/state"));
    await isFailure(await ending.get("/state"));
    await eventually(
      () => ending.log,
      (log) => log.split("The Go instance has died").length === 3 && log.includes("exit status 4"),
    );
    assert.equal((await (await ending.miniflare.getWorker()).scheduled({ cron: "* * * * *" })).outcome, "exception");
  } finally {
    await ending.stop();
  }
});

test("a page that may read the program's answers may read the host's", async () => {
  const from = (origin, address) => ({ headers: { origin, "cf-connecting-ip": address } });
  const allowed = ({ headers }) =>
    ["access-control-allow-origin", "access-control-allow-credentials", "vary"].map((name) => headers.get(name));
  const page = "https://example.test";
  await worker.get("/shared", from(page, "192.0.2.3"));
  await worker.get("/shared", from("https://evil.test", "192.0.2.3"));

  for (const status of [500, 503]) {
    const response = await worker.get("/die/exit?shared", from(page, "192.0.2.1"));
    assert.equal(response.status, status);
    assert.deepEqual(allowed(response), [page, "true", "Origin"]);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
  for (const status of [500, 503]) {
    const response = await worker.get("/die/exit?shared", from("https://evil.test", "192.0.2.2"));
    assert.equal(response.status, status);
    assert.deepEqual(allowed(response), [null, null, null]);
  }
});

test("an answer of the host has the ID that the client sent, if the program would take it", async () => {
  const sent = ["trace-1", "trace", "a b1", "1".repeat(65)];
  for (const [number, id] of sent.entries()) {
    for (const status of [500, 503]) {
      const headers = { "x-request-id": id, "cf-connecting-ip": `192.0.2.1${number}` };
      const response = await worker.get("/die/exit?id", { headers });
      assert.equal(response.status, status);
      const { requestId } = await response.json();
      assert.equal(requestId, response.headers.get("x-request-id"));
      assert.equal(requestId === id, id === "trace-1", id);
    }
  }
});

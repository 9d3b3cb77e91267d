// A request that has left a note, and whose instance dies, is finished or undone exactly once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest, eventually, hall, logged, provider, start, state } from "./worker.mjs";

const slow = hall();
let calls = 0;
const host = await provider({
  "/slow": (...call) => {
    calls++;
    slow.enter(...call);
  },
  "/at-once": (_, response, url) => {
    calls++;
    response.end(url.searchParams.get("id"));
  },
  "/long": (_, response) => {
    calls++;
    response.end("x".repeat(3 << 20));
  },
});
let hold = () => "go"; // what becomes of a call of D1
const worker = await start({ gate: ({ binding, count }) => hold(`${binding} ${count}`) });
after(() => Promise.all([worker.stop(), host.stop()]));

let database;
before(async () => {
  database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE job (id TEXT PRIMARY KEY, state TEXT, ends INTEGER NOT NULL DEFAULT 0)");
});

const row = (id) => database.prepare("SELECT state, ends FROM job WHERE id = ?").bind(id).first();

let clients = 0;
const client = () => ({ "cf-connecting-ip": `198.51.100.${clients++}` }); // each is another, for nobody kills twice
const job = (id, at, headers = {}) =>
  worker.get(`/job?id=${id}&url=${encodeURIComponent(`${host.url}/${at}`)}`, { headers: { ...client(), ...headers } });

async function kill(how = "panic") {
  const { instance } = await state(worker);
  assert.equal((await worker.get(`/die/${how}`, { headers: client() })).status, 500);
  assert.notEqual((await state(worker)).instance, instance);
}

for (const how of ["panic", "exit", "memory", "stack"]) {
  test(`a call that the instance waited for when it died of ${how} is waited for by the next one, and not made again`, async () => {
    calls = 0;
    const asked = job(how, `slow?id=${how}`);
    await slow.filled(1);
    await kill(how);
    await kill(how);
    slow.release();

    const response = await asked;
    assert.equal(response.status, 200);
    assert.equal(await response.text(), `done: ${how}`);
    assert.deepEqual(await row(how), { state: `done: ${how}`, ends: 1 });
    assert.equal(calls, 1);
  });
}

// at kills the instance while a job waits for a given D1 call, and returns the answer to the job's client.
async function at(call, id) {
  let proceed;
  hold = (place) =>
    place === call && !proceed
      ? new Promise((resolve) => {
          proceed = () => resolve("go");
        })
      : "go";
  const asked = job(id, `at-once?id=${id}`, { "x-case": "job" });
  await eventually(() => proceed);
  await kill();
  proceed();
  return asked;
}

test("where the instance dies before the call is made, the next one undoes what was begun", async () => {
  calls = 0;
  assert.equal((await at("DB 1", "early")).status, 502);
  assert.deepEqual(await row("early"), { state: "undone", ends: 1 }, "also what was in flight has ended before");
  assert.equal(calls, 0);
});

test("an instance that dies while the result is written does not write it twice", async () => {
  calls = 0;
  const response = await at("DB 2", "late");
  assert.equal(await response.text(), "done: late");
  assert.deepEqual(await row("late"), { state: "done: late", ends: 1 });
  assert.equal(calls, 1);
});

test("an answer that kills is read once more, in an instance of its own, and then left alone", async () => {
  const bystander = job("bystander", "slow?id=bystander");
  await slow.filled(1);
  const deaths = () => [...worker.log.matchAll(/The Go instance has died, (\d+)/g)].map(([, count]) => count);
  const earlier = deaths().length;
  const response = await job("poison", "at-once?id=poison");
  assert.equal(response.status, 502);
  assert.deepEqual(await row("poison"), { state: "undone", ends: 1 });
  await eventually(() => deaths().length === earlier + 2);
  assert.deepEqual(deaths().slice(-2), ["2", "1"], "nobody else is there the second time");
  slow.release();
  assert.equal(await (await bystander).text(), "done: bystander");
});

test("an instance that is stuck with a request hands its note on", async () => {
  const response = await job("stuck", "at-once?id=lock");
  assert.equal(response.status, 502);
  assert.deepEqual(await row("stuck"), { state: "undone", ends: 1 });
  await logged(worker, "nothing in flight that could wake it: GET /job");
});

test("of a long answer no more is kept than was asked for", async () => {
  const response = await job("long", "long");
  assert.equal((await response.text()).length, "done: ".length + (1 << 20));
});

test("a client that has gone away does not keep its job from being finished", async () => {
  const leaving = new AbortController();
  const asked = worker.get(`/job?id=gone&url=${encodeURIComponent(`${host.url}/slow?id=gone`)}`, {
    headers: client(),
    signal: leaving.signal,
  });
  await slow.filled(1);
  leaving.abort();
  await assert.rejects(asked);
  await kill();
  slow.release();
  await eventually(
    () => row("gone"),
    ({ state: found }) => found === "done: gone",
  );
  await atRest(worker);
});

test("the memory of an instance that has died is free, though its calls still run", async () => {
  const asked = [];
  for (let count = 0; count < 8; count++) {
    asked.push(job(`memory-${count}`, `slow?id=${count}`));
    await slow.filled(count + 1);
    await kill("memory");
  }
  const alive = async () => (await worker.get("/-/alive")).json();
  await eventually(alive, (count) => count <= 3);
  slow.release();
  for (const response of await Promise.all(asked)) assert.equal(response.status, 200);
});

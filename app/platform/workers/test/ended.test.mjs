// Requests that the platform has ended. Nothing tells the Worker, which has to notice by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest, eventually, hall, provider, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
const worker = await start({ around: ["ended.mjs", "gate.mjs"] });
after(() => Promise.all([worker.stop(), host.stop()]));

let database;
before(async () => {
  database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE note (text TEXT)");
  await database.exec("CREATE TABLE job (id TEXT PRIMARY KEY, state TEXT, ends INTEGER NOT NULL DEFAULT 0)");
});

const finish = (note, headers = {}) => worker.get(`/finish?note=${note}&url=${host.url}/slow`, { headers });

// later lets time pass, and the Worker look around, which it does at the next request.
async function later(milliseconds) {
  await (await worker.get(`/-/later?milliseconds=${milliseconds}`)).text();
  return state(worker);
}

test("requests that were silent for a minute, and give no sign though asked twice, are given up", async () => {
  const { instance } = await state(worker);
  await Promise.all(Array.from({ length: 60 }, () => finish("ended", { "x-ended": "1" })));
  assert.ok((await later(61_000)).goroutines > 60, "they are asked for a sign");
  assert.ok((await later(11_000)).goroutines > 60, "and once more: the thread may have had no time for them");
  await later(11_000);
  assert.equal((await atRest(worker)).instance, instance);
});

test("a silent request that gives the sign goes on", async () => {
  const waiting = finish("alive");
  await slow.filled(1);
  await later(61_000);
  await later(11_000);
  await later(11_000);
  slow.release("late");
  assert.equal((await waiting).status, 200);

  const { results } = await database.prepare("SELECT text FROM note").all();
  assert.deepEqual(results, [{ text: "alive" }]);
});

const row = (id) => database.prepare("SELECT state, ends FROM job WHERE id = ?").bind(id).first();
const job = (id) => worker.get(`/job?id=${id}&url=${host.url}/slow`, { headers: { "x-ended": "1" } });

test("what a request has left that the platform has ended is undone by the next that comes", async () => {
  await job("ended");
  await later(61_000);
  await later(11_000);
  await later(11_000);
  await eventually(
    () => row("ended"),
    (found) => found?.state === "undone",
  );

  assert.equal((await row("ended")).ends, 1);

  await atRest(worker);
});

test("so is what it has left in an instance that dies", async () => {
  await job("died");
  await eventually(() => row("died"));
  assert.equal((await worker.get("/die/exit")).status, 500);

  await state(worker);
  assert.equal((await row("died")).state, "pending", "it could still be there itself");

  await later(11_000);
  await later(11_000);
  await eventually(
    () => row("died"),
    ({ state: found }) => found === "undone",
  );
  await atRest(worker);
});

test("a request that is only late, on a busy thread, is left to go on by itself", async () => {
  const asked = worker.get(`/job?id=late&url=${host.url}/slow?id=late`);
  await slow.filled(1);
  assert.equal((await worker.get("/die/exit", { headers: { "x-busy": "1", "cf-connecting-ip": "198.51.100.1" } })).status, 500);
  slow.release();
  const response = await asked;
  assert.equal(await response.text(), "done: late");
  assert.deepEqual(await row("late"), { state: "done: late", ends: 1 });
});

test("what an orphan has left that may have killed an instance gets one of its own", async () => {
  const deaths = () => [...worker.log.matchAll(/The Go instance has died, (\d+)/g)].map(([, count]) => count);
  const earlier = deaths().length;
  await worker.get("/die/noted?ms=50", { headers: { "x-ended": "1" } });
  await eventually(
    async () => {
      await state(worker);
      return deaths().length;
    },
    (count) => count === earlier + 1,
  );

  const bystander = worker.get(`/fetch?url=${encodeURIComponent(`${host.url}/slow?id=bystander`)}`);
  await slow.filled(1);
  await later(11_000);
  await later(11_000);
  await eventually(
    () => deaths().length,
    (count) => count >= earlier + 2,
  );
  assert.equal(deaths()[earlier + 1], "1", "nobody else is there");
  slow.release();
  assert.equal((await bystander).status, 200);
});

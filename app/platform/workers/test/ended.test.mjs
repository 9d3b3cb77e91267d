// Requests that the platform has ended. The Worker is not told, and must notice by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest, eventually, hall, provider, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
const worker = await start({ around: ["ended.mjs"] });
after(() => Promise.all([worker.stop(), host.stop()]));

let database;
before(async () => {
  database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE note (text TEXT)");
  await database.exec("CREATE TABLE job (id TEXT PRIMARY KEY, state TEXT, ends INTEGER NOT NULL DEFAULT 0)");
});

const finish = (note, headers = {}) => worker.get(`/finish?note=${note}&url=${host.url}/slow`, { headers });

// later advances the clock, and sends a request, at which the Worker looks for ended requests.
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

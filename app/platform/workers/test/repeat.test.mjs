// Which requests are repeated in another instance when theirs is killed by another request: those without side effects so far.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { eventually, hall, provider, sleep, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
let hold = () => "go";
const worker = await start({ gate: ({ binding, count }) => hold(`${binding} ${count}`) });
after(() => Promise.all([worker.stop(), host.stop()]));

let database;
before(async () => {
  database = await worker.miniflare.getD1Database("DB");
  await database.exec("CREATE TABLE note (text TEXT)");
});
beforeEach(() => database.exec("DELETE FROM note"));

const notes = async () => (await database.prepare("SELECT text FROM note").all()).results.map(({ text }) => text);
const sql = (text, pad = 0) => ["/sql", { method: "POST", body: JSON.stringify([{ sql: text, args: [] }]).padStart(pad) }];
const toSlow = encodeURIComponent(`${host.url}/slow?id=x`);

let killers = 0;
async function kill(how = "exit") {
  const headers = { "cf-connecting-ip": `198.51.100.${killers++}` };
  assert.equal((await worker.get(`/die/${how}`, { headers })).status, 500);
}

// held sends a request, and kills the instance a number of times in the given way while the request's D1 call is in flight.
async function held([target, init], deaths = 1, how = "exit") {
  let arrived = 0;
  const waiting = [];
  hold = () =>
    new Promise((resolve) => {
      arrived++;
      waiting.push(() => resolve("go"));
    });
  const asked = worker.get(target, { ...init, headers: { "x-case": "held" } });
  for (let death = 0; death < deaths; death++) {
    await eventually(() => arrived > death);
    await kill(how);
  }
  hold = () => "go";
  for (const proceed of waiting) proceed();

  return asked;
}

test("a POST that has only read is repeated, with its body", async () => {
  const response = await held(sql("SELECT 7 AS n"));
  assert.deepEqual((await response.json())[0].Rows, [[7]]);
});

test("a POST whose body is longer than what is remembered is not", async () => {
  assert.equal((await held(sql("SELECT 7 AS n", 200_000))).status, 500);
});

test("a POST that writes is not, and has written once", async () => {
  assert.equal((await held(sql("INSERT INTO note VALUES ('a')"))).status, 500);
  await eventually(notes, (texts) => texts.length > 0);
  assert.deepEqual(await notes(), ["a"]);
});

test("a POST that says WITH, and writes, is not", async () => {
  assert.equal((await held(sql("WITH a AS (SELECT 1) INSERT INTO note SELECT 'a' FROM a"))).status, 500);
});

test("a request is repeated as often as instances die of others, and from the third on where they do not die", async () => {
  let arrived = 0;
  const waiting = [];
  hold = () =>
    new Promise((resolve) => {
      arrived++;
      waiting.push(() => resolve("go"));
    });
  const asked = worker.get("/sql", { ...sql("SELECT 7 AS n")[1], headers: { "x-case": "held" } });
  for (let death = 0; death < 10; death++) {
    await eventually(() => arrived > Math.min(death, 3));
    await kill();
  }
  hold = () => "go";
  for (const proceed of waiting) proceed();

  assert.equal((await asked).status, 200);
  assert.equal(arrived, 4);
});

test("where it may have taken the memory itself it is repeated twice, and no more", async () => {
  assert.equal((await held(sql("SELECT 7 AS n"), 2, "memory")).status, 200);
  assert.equal((await held(sql("SELECT 7 AS n"), 3, "memory")).status, 500);
});

const meanwhile = {
  "a GET that has written": [[`/write?note=a&url=${toSlow}`, {}], 200],
  "a HEAD that has written": [[`/write?note=a&url=${toSlow}`, { method: "HEAD" }], 200],
  "a POST that has written": [[`/write?note=a&url=${toSlow}`, { method: "POST" }], 500],
  "a GET that has sent something elsewhere": [[`/fetch/post?length=3&url=${toSlow}`, {}], 500],
  "a POST that has got something elsewhere": [[`/fetch?url=${toSlow}`, { method: "POST" }], 200],
};
for (const [name, [[target, init], want]] of Object.entries(meanwhile)) {
  test(`${name} is ${want === 200 ? "" : "not "}repeated`, async () => {
    const asked = worker.get(target, init);
    await slow.filled(1);
    await kill();
    if (want === 200) await slow.filled(2);
    slow.release();
    assert.equal((await asked).status, want);
  });
}

test("a GET that has deleted is not repeated", async () => {
  const [, init] = sql("DELETE FROM note RETURNING text");
  assert.equal((await held(["/sql", { ...init, method: "PUT" }])).status, 500);
});

test("a body that is still being sent goes on to the next instance", async () => {
  let send;
  const body = new ReadableStream({
    start: (controller) => {
      send = controller;
    },
  });
  const asked = worker.get("/read?buffer=4", { method: "POST", body, duplex: "half" });
  send.enqueue(new TextEncoder().encode("begin, "));
  await sleep(100);
  const { instance } = await state(worker);
  await kill();
  send.enqueue(new TextEncoder().encode("end"));
  send.close();

  assert.equal((await (await asked).json()).bytes, 10);
  assert.notEqual((await state(worker)).instance, instance);
});

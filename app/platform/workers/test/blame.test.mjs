// Which request is blamed for an instance's death: none if the goroutine that killed it may have belonged to any request.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { eventually, hall, provider, sleep, start, state } from "./worker.mjs";

const slow = hall();
const host = await provider({ "/slow": slow.enter });
const worker = await start();
after(() => Promise.all([worker.stop(), host.stop()]));

const deaths = () => worker.log.split("The Go instance has died").length - 1;
const read = () =>
  worker.get("/read?buffer=100", { method: "POST", body: "a bystander's", headers: { "cf-connecting-ip": "198.51.100.1" } });
const die = (query, address) => worker.get(`/die/timer?${query}`, { headers: { "cf-connecting-ip": address } });

test("a timer's goroutine kills the instance in another request's call: uninvolved requests are neither blamed nor refused", {
  timeout: 120_000,
}, async () => {
  const answers = {};
  let over = false;
  const bystander = async () => {
    while (!over) {
      const response = await read();
      answers[response.status] = (answers[response.status] ?? 0) + 1;
      await response.arrayBuffer();
    }
  };
  const bystanders = Array.from({ length: 12 }, bystander);

  for (let job = 0; job < 25; job++) {
    const response = await die(`ms=50&job=${job}`, `203.0.113.${job}`);
    assert.equal(response.status, 500);
    await response.arrayBuffer();
  }
  over = true;
  await Promise.all(bystanders);

  assert.deepEqual(Object.keys(answers), ["200"], JSON.stringify(answers));
  assert.ok(deaths() >= 25);
  assert.ok(!worker.log.includes("It was at work on"), "no request is blamed");
  assert.match(worker.log, /The Go instance has died, \d+ requests with it: [\s\S]*had woken killed it: no request is blamed/);
  assert.ok(!worker.log.includes("is refused"));
});

test("who sleeps beside a killer is not failed for it", async () => {
  const asleep = worker.get("/timer?ms=600");
  await sleep(50);
  assert.equal((await die("ms=150", "203.0.113.100")).status, 500);
  const response = await asleep;
  assert.equal(response.status, 200);
  assert.ok(Number(await response.text()) >= 600);
});

test("a request that kills by a timer is repeated once, then fails", async () => {
  const earlier = deaths();
  assert.equal((await die("ms=20", "203.0.113.101")).status, 500);
  await eventually(deaths, (count) => count === earlier + 2);
});

test("memory runs out: the request at work is blamed the second time, or at once if it was the only one", async () => {
  const headers = { "cf-connecting-ip": "203.0.113.102" };
  const large = async () => (await worker.get("/die/memory", { headers })).status;
  const other = worker.get(`/fetch?url=${encodeURIComponent(`${host.url}/slow?id=other`)}`);
  await slow.filled(1);
  assert.deepEqual([await large(), await large(), await large()], [500, 500, 503]);
  await slow.filled(3); // it was repeated twice
  slow.release();
  assert.equal((await (await other).json()).text, "other");

  headers["cf-connecting-ip"] = "203.0.113.103";
  await state(worker);
  assert.deepEqual([await large(), await large()], [500, 503]);
});

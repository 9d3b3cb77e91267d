// Many requests at once in one instance.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { ask, atRest, hall, logged, provider, sleep, start, state } from "./worker.mjs";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const random = mulberry(seed);
const delay = (most) => sleep(random() * most);

const slow = hall();
const host = await provider({
  "/slow": slow.enter,
  "/delayed": async (_request, response, url) => {
    await delay(30);
    response.write(url.searchParams.get("id").slice(0, 3));
    await delay(10);
    response.end(url.searchParams.get("id").slice(3));
  },
});
const worker = await start({
  gate: async () => {
    await delay(20);
    return "go";
  },
});
after(() => Promise.all([worker.stop(), host.stop()]));
before(() => worker.get("/empty"));

test("200 requests wait for a slow provider at once in one instance, and all are answered", async () => {
  const { instance } = await state(worker);
  const answers = Array.from({ length: 200 }, async (_, id) =>
    (await worker.get(`/fetch?url=${encodeURIComponent(`${host.url}/slow?id=${id}`)}`)).json(),
  );
  await slow.filled(200);
  assert.ok((await state(worker)).goroutines >= 200, "all of them are in this instance");

  slow.release();
  for (const [id, { status, text }] of (await Promise.all(answers)).entries()) {
    assert.deepEqual([status, text], [200, String(id)]);
  }
  const rested = await atRest(worker);
  assert.equal(rested.instance, instance);
});

test(`whatever the order of events, each request gets its own answer (SEED=${seed})`, async () => {
  const ids = Array.from({ length: 400 }, (_, index) => `${index}-${Math.floor(random() * 1e9)}`);
  const left = [...ids];
  const one = async () => {
    while (left.length > 0) {
      const id = left.pop();
      const response = await worker.get(`/mixed?id=${id}&url=${encodeURIComponent(`${host.url}/delayed?id=${id}`)}`, {
        headers: { "x-case": id },
      });
      assert.equal(await response.text(), id);
      assert.deepEqual(response.headers.getSetCookie(), [`id=${id}`]);
      if (random() < 0.2) await delay(20);
    }
  };
  await Promise.all(Array.from({ length: 50 }, one));
  for (const id of ids) await logged(worker, `mixed ${id}\n`);

  assert.equal(worker.log.match(/^mixed /gm).length, ids.length, "each logged once");

  await atRest(worker);
});

test("a stream that is as fast as it can be leaves the others their turn", async () => {
  let over = false;
  const stream = ask(worker, "/stream?pieces=100000")
    .on("close", () => {
      over = true;
    })
    .resume();
  await once(stream, "data");
  for (let time = 0; time < 5; time++) await (await worker.get("/empty")).arrayBuffer();

  assert.ok(!over, "they are answered before it ends");

  stream.destroy();
  await atRest(worker);
});

// mulberry returns a small seeded generator of random numbers from 0 to 1.
function mulberry(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test("keys that are derived one after another leave the thread to other requests in between", async () => {
  const count = 6;
  let left = count;
  const keys = Array.from({ length: count }, async () => {
    assert.equal((await (await worker.get("/scrypt?password=x")).text()).length, 128);
    left--;
  });
  let served = 0;
  for (; left > 0; served++) await (await worker.get("/empty")).arrayBuffer();
  await Promise.all(keys);
  assert.ok(served > 4 * count, `only ${served} others were served during ${count} keys`);
});

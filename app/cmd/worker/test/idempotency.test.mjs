// Orders that are sent again with their Idempotency-Key, on real D1: many at once, and after the program's death.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { eventually, sleep } from "../../../platform/workers/test/worker.mjs";
import { account, isConsistent, killer, open, person, settled } from "./site.mjs";

let asked = 0; // the provider
const site = await open({
  around: ["kill.mjs", "gate.mjs"],
  ask: async () => {
    asked++;
    await sleep(50 + Math.random() * 100);
  },
});
after(() => site.stop());

const order = async ({ cookie }, key, prompt = "a red shoe") => {
  const response = await site.get("/api/workflows/image-from-text", {
    method: "POST",
    headers: { cookie, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ prompt }),
  });
  const text = await response.text();
  return { status: response.status, replayed: response.headers.get("idempotent-replayed"), text };
};

test("200 orders with one key are one generation", async () => {
  const ada = await person(site);
  const before = asked;
  const answers = await Promise.all(Array.from({ length: 200 }, () => order(ada, "key")));

  const having = (wanted) => answers.filter(({ status }) => status === wanted);
  const counts = [200, 409, 503].map((status) => having(status).length);
  console.log(`200: ${counts[0]}, 409: ${counts[1]}, 503, for what is received at a time is limited: ${counts[2]}`);
  assert.equal(counts[0] + counts[1] + counts[2], 200);
  assert.equal(asked - before, 1);
  const { taken, ledger, generations } = await account(site, ada);
  assert.deepEqual([taken, ledger, generations.length], [1, [-1], 1]);

  const last = await order(ada, "key");
  assert.deepEqual([last.status, last.replayed], [200, "true"]);
  for (const { text } of having(200)) assert.equal(text, last.text);
  for (const { text } of having(409)) assert.equal(JSON.parse(text).generationId, generations[0].id);
  assert.equal((await order(ada, "key", "a blue shoe")).status, 422);
});

test("an order whose program dies is carried out or refunded once, however often it is sent", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => person(site)));
  const kill = killer(site);
  const keyed = people.map((who) => ({ who, key: randomUUID() }));

  const sent = keyed.map(async ({ who, key }, index) => {
    await sleep(index * 40);
    return order(who, key).catch(() => ({ status: 599 }));
  });
  for (let death = 0; death < 6; death++) {
    await sleep(130);
    await kill();
  }
  await Promise.all(sent);

  const outcomes = {};
  for (const { who, key } of keyed) {
    const final = await eventually(
      () => order(who, key),
      ({ status }) => status !== 409 && status !== 503,
    );
    outcomes[final.status] = (outcomes[final.status] ?? 0) + 1;
    const left = await settled(site, who);
    isConsistent(left);
    assert.equal(left.generations.length, 1);
    assert.equal(final.status === 200, left.generations[0].status === "succeeded");
    assert.equal((await order(who, key)).text, final.text, "and so it stays");
  }
  assert.ok(outcomes[200] > 0, JSON.stringify(outcomes));
});

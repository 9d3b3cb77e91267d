// Whenever the program's instance dies of another user's request: a generation is finished or refunded at once, exactly
// once, without the schedule, and what its provider has been asked for is not lost.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { eventually } from "../../../platform/workers/test/worker.mjs";
import { account, isConsistent, killer, open, order, person, resting } from "./site.mjs";

let meet = () => "go"; // what happens at a call of D1, R2, the provider, or the host of its images
let asked = 0; // the provider
const site = await open({
  around: ["kill.mjs", "gate.mjs"],
  gate: ({ name, binding, count, made }) => (name === "order" ? meet(`${binding} ${count}`, made) : "go"),
  ask: async () => {
    asked++;
    await meet("provider");
  },
  image: async () => {
    await meet("image");
  },
  imageBytes: 300_000,
});
after(() => site.stop());

const kill = killer(site);

// dying makes an order, and kills the instance, so many times, at one of its calls: before it is made, or before its answer is
// there. It returns the buyer, and what they got.
async function dying(call, made, deaths = 1, ordered = {}) {
  let proceed;
  meet = (place, already = false) => {
    if (place !== call || proceed || (made && !already)) return place === call && made ? "again" : "go";
    return new Promise((resolve) => {
      proceed = () => resolve("go");
    });
  };
  asked = 0;
  const who = await person(site);
  const waiting = order(site, who, { name: "order", ...ordered });
  await eventually(() => proceed);
  for (let death = 0; death < deaths; death++) await kill();
  proceed();

  return { who, response: await waiting };
}

// The call that an order has reached decides what becomes of it.
const ends = {
  "DB 1": "repeated", // its session is looked up
  "DB 2": "refunded", // the credit is taken
  provider: "finished",
  image: "finished",
  "GENERATIONS_BUCKET 1": "finished",
  "DB 3": "finished", // the result is written
};
for (const [call, end] of Object.entries(ends)) {
  describe(`at "${call}"`, () => {
    for (const made of call.includes(" ") ? [false, true] : [false]) {
      for (const deaths of [1, 2]) {
        test(`${deaths} deaths ${made ? "after" : "before"} the call: the order is ${end}`, async () => {
          const { who, response } = await dying(call, made, deaths);
          const body = await response.json();
          const found = await account(site, who);
          isConsistent(found);

          if (end === "refunded") {
            assert.equal(response.status, 500);
            assert.equal(body.error.message, "The generation was interrupted. The credit was returned.");
            assert.equal(asked, 0);
            assert.equal(found.generations[0].status, "failed");
          } else {
            assert.equal(response.status, 200, JSON.stringify(body));
            assert.equal(asked, 1, "the provider is paid once");
            assert.equal(found.generations[0].id, body.generationId);
            assert.equal(body.credits.productShoots, 999);
            assert.ok((await site.bucket.head(found.generations[0].r2_key)).size === 300_000);
          }

          assert.equal(response.headers.get("vary"), "Origin", "it is answered as always");
          await resting(site);
        });
      }
    }
  });
}

test("a refusal that the provider sent in the meantime is passed on and refunded", async () => {
  let proceed;
  const refusing = await open({
    around: ["kill.mjs", "gate.mjs"],
    ask: () =>
      new Promise((resolve) => {
        proceed = () => resolve(Response.json({ code: "DataInspectionFailed", request_id: "r" }, { status: 400 }));
      }),
  });

  try {
    const who = await person(refusing);
    const waiting = order(refusing, who);
    await eventually(() => proceed);
    await killer(refusing)();
    proceed();
    const response = await waiting;
    assert.equal(response.status, 502);
    assert.equal((await response.json()).error.code, "UPSTREAM_POLICY_VIOLATION");
    isConsistent(await account(refusing, who));
  } finally {
    await refusing.stop();
  }
});

test("the objects of a generation that is being deleted go with it", async () => {
  meet = () => "go";
  const who = await person(site);
  const { generationId } = await (await order(site, who)).json();
  let proceed;
  meet = (place) =>
    place === "GENERATIONS_BUCKET 1" && !proceed
      ? new Promise((resolve) => {
          proceed = () => resolve("fail");
        })
      : "go";
  const deleted = site.get(`/api/history/${generationId}`, {
    method: "DELETE",
    headers: { cookie: who.cookie, "x-case": "order" },
  });
  await eventually(() => proceed);
  await kill();
  proceed();

  assert.deepEqual(await (await deleted).json(), { id: generationId, deleted: true });
  assert.deepEqual((await site.bucket.list({ prefix: `users/${who.id}/` })).objects, []);
});

test("the log names the request that killed, without texts, cookies or keys", () => {
  assert.match(site.log, /The Go instance has died, \d+ requests with it: RuntimeError: unreachable\n/);
  assert.match(site.log, /\nIt was at work on GET \/api\/health, ray [0-9a-f]{16}\n/);
  for (const word of ["a red shoe", "session_token", "x-secret", "@example.test"]) assert.ok(!site.log.includes(word), word);
});

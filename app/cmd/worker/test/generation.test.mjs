// Whatever fails in a generation, and whenever its client disconnects, a credit is taken only for what succeeded.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { eventually, Response } from "../../../platform/workers/test/worker.mjs";
import { account, isConsistent, open, order, person, resting, settled } from "./site.mjs";

let meet = () => {}; // what happens at a call of D1, R2, the provider, or the host of its images
const at = async (place) => (await meet(place)) ?? "go";
const site = await open({
  gate: ({ name, binding, count }) => (name === "order" ? at(`${binding} ${count}`) : "go"),
  ask: async () => fault(await at("provider")),
  image: async () => fault(await at("image")),
  imageBytes: 300_000,
});
after(() => site.stop());

// fault returns a response that fails as the test demands.
function fault(verdict) {
  if (verdict === "fail") return new Response("no", { status: 500 });
  if (verdict === "lose") return new Response("neither a list of images nor an image");
  return undefined;
}

// The calls of a generation, in order: the session; the debit; the provider; the image and its copy; the result.
const calls = ["DB 1", "DB 2", "provider", "image", "GENERATIONS_BUCKET 1", "DB 3"];

test("a generation makes the calls that the others here fail", async () => {
  const made = [];
  meet = (place) => {
    made.push(place);
  };
  const who = await person(site);
  const response = await order(site, who, { name: "order" });
  assert.equal(response.status, 200);
  assert.deepEqual(made, calls);

  const found = await account(site, who);
  isConsistent(found);

  const object = await site.bucket.get(found.generations[0].r2_key);
  assert.equal(object.size, 300_000);
});

// from reports whether a call is the given one, or a later one of its kind.
function from(meant, place) {
  const kind = (call) => call.split(" ")[0];
  const earlier = calls.slice(0, calls.indexOf(meant)).includes(place);
  return kind(place) === kind(meant) && !earlier;
}

for (const call of calls) {
  describe(`at "${call}"`, () => {
    const verdicts = {
      "a call that fails": (place) => (place === call ? "fail" : "go"),
      "a call whose answer is lost": (place) => (place === call ? "lose" : "go"),
      "calls that fail from there on": (place) => (from(call, place) ? "fail" : "go"),
    };
    for (const [name, verdict] of Object.entries(verdicts)) {
      test(name, async () => {
        let met = false;
        meet = (place) => {
          met ||= verdict(place) !== "go";
          return verdict(place);
        };
        const who = await person(site);
        const response = await order(site, who, { name: "order" });
        const body = await response.json();
        assert.ok(met);

        const {
          generations: [generation],
        } = await account(site, who);
        assert.equal(generation?.status === "succeeded", response.status === 200, "the client is told what is so");
        if (response.status !== 200) assert.ok(body.error.message && body.requestId);
        isConsistent(await settled(site, who));
      });
    }

    test("a client that goes away", async () => {
      let proceed;
      let met = false;
      meet = (place) => {
        if (place !== call || met) return "go";
        met = true;
        return new Promise((resolve) => {
          proceed = resolve;
        });
      };
      const who = await person(site);
      const client = new AbortController();
      const asked = order(site, who, { name: "order", signal: client.signal });
      await eventually(() => met);
      client.abort();
      await assert.rejects(asked, { name: "AbortError" });

      await (await site.get("/api/health")).arrayBuffer(); // the Worker has had time to hear of it
      proceed("go");
      if (calls.indexOf(call) > 0) {
        // what was begun is finished, and found in the history
        await eventually(
          () => account(site, who),
          ({ generations }) => generations[0]?.status === "succeeded",
        );
      }
      isConsistent(await settled(site, who));
    });
  });
}

test("a client that goes away while it is sent its answer", async () => {
  meet = () => "go";
  const people = await Promise.all(Array.from({ length: 20 }, () => person(site)));
  await Promise.all(
    people.map(async (who) => {
      const client = new AbortController();
      const asked = order(site, who, { name: "order", signal: client.signal });
      await eventually(
        () => account(site, who),
        ({ generations }) => generations[0]?.status === "succeeded",
      );
      client.abort(); // just before, at, or after the answer
      await asked.then((response) => response.arrayBuffer()).catch(() => {});
    }),
  );
  await resting(site);
  for (const who of people) isConsistent(await account(site, who));
});

// Many generations at once: no image passes through the program's memory, which never shrinks.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { eventually } from "../../../platform/workers/test/worker.mjs";
import { Resident } from "./process.mjs";
import { account, memory, open, order, person, resting } from "./site.mjs";

const MB = 1e6;
const waiting = []; // at the provider
const site = await open({
  ask: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
    }),
  imageBytes: MB,
});
after(() => site.stop());

test("50 generations of a slow provider, with images of 1 MB, succeed at once", async (t) => {
  const who = await person(site);
  await (await site.get("/api/me", { headers: { cookie: who.cookie } })).json();
  const [before, resident] = [await memory(site), new Resident()];
  const orders = Array.from({ length: 50 }, () => order(site, who));
  await eventually(
    () => waiting.length,
    (length) => length === 50,
  );
  for (const answer of waiting) answer();
  for (const response of await Promise.all(orders)) assert.equal(response.status, 200, site.log);

  const grown = (await memory(site)).bytes - before.bytes;
  t.diagnostic(`50 MB of images: the program's memory grew by ${grown / MB} MB, workerd by ${resident.grown / MB} MB`);
  assert.ok(grown < 20 * MB, "of 50 MB");
  assert.ok(resident.grown < 256 * MB, "with the simulated R2 in it");

  const { taken, ledger, generations } = await account(site, who);
  assert.equal(taken, 50);
  assert.equal(ledger.length, 50);

  for (const { status, r2_key: key } of generations) {
    assert.equal(status, "succeeded");
    assert.equal((await site.bucket.head(key)).size, MB);
  }
  await resting(site);
});

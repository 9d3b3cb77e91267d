// The limits on real D1, which returns all numbers as doubles: guessed passwords, failed orders, and the daily limit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Response, sleep } from "../../../platform/workers/test/worker.mjs";
import { balance, call, open, password, publicURL, signUp } from "./site.mjs";

const ceiling = 40;
const failures = 60;
const route = "/api/workflows/image-from-text";

let orders = 0; // the number of orders that have reached the provider
let refusal; // what the provider answers, if it refuses
const site = await open({
  bindings: { DAILY_GENERATIONS: String(ceiling + failures), BETTER_AUTH_TRUSTED_ORIGINS: "https://app.example.com" },
  ask: () => {
    orders++;
    return refusal?.();
  },
});
after(() => site.stop());

const order = (user) => call(site, user, "POST", route, '{"prompt":"a shoe"}');

// signIn tries a password through a Worker of the account that does not tell its clients' addresses.
const signIn = (tried) =>
  site.get("/api/auth/sign-in/email", {
    method: "POST",
    body: JSON.stringify({ email: "ada@example.test", password: tried }),
    headers: {
      "content-type": "application/json",
      origin: publicURL,
      "cf-connecting-ip": "2a06:98c0:3600::103",
      "cf-worker": "app.example.com",
    },
  });

test("wrong passwords must wait, and the right one signs in after the wait", async () => {
  await signUp(site, "ada");
  const codes = {};
  for (let i = 0; i < 22; i++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn("wrong")));
    for (const { status } of answers) codes[status] = (codes[status] ?? 0) + 1;
  }
  assert.equal(codes[401] + codes[429], 110);
  assert.ok(codes[401] >= 101 && codes[401] <= 106, `101 at once, and then one in two seconds: ${JSON.stringify(codes)}`);

  const [way] = await site.sql("SELECT count, typeof(ready_at) AS type, ready_at FROM quota WHERE key LIKE 'way:%'");
  assert.equal(way.type, "integer");
  const wait = way.ready_at - Date.now();
  assert.ok(wait > -10_000 && wait <= 2000, `${wait} ms`);
  await sleep(Math.max(wait, 0) + 50);
  assert.equal((await signIn(password)).status, 200);
  assert.deepEqual(await site.sql("SELECT key FROM quota WHERE key LIKE 'way:%' OR key LIKE 'account:%'"), [], "forgiven");
});

test("orders that fail are counted, and nothing of them is kept", async () => {
  const bob = await signUp(site, "bob");
  refusal = () => Response.json({ code: "DataInspectionFailed" }, { status: 400 });
  for (let i = 0; i < failures; i++) assert.equal((await order(bob)).status, 502);

  const limited = await order(bob);
  assert.equal(limited.status, 429);
  assert.equal((await limited.json()).error.code, "TOO_MANY_FAILURES");
  assert.ok(Number(limited.headers.get("retry-after")) > 3500);
  assert.deepEqual(await balance(site, bob), [5, 5]);
  assert.equal(orders, failures);
  const kept = await site.sql(
    "SELECT DISTINCT json_remove(input_json, '$.requestId') AS input FROM generation WHERE status = 'failed'",
  );
  assert.deepEqual(JSON.parse(kept[0].input), {
    prompt: "",
    parameters: { prompt: "", n: 1, promptExtend: true, watermark: false },
  });
  assert.equal(kept.length, 1);
  refusal = undefined;
});

test("the day's ceiling holds, whatever comes at once", async () => {
  const eve = await signUp(site, "eve");
  await site.sql("UPDATE user_profile SET credits_product_shoots = 500 WHERE user_id = ?", eve.id);
  const before = orders;

  const answers = await Promise.all(Array.from({ length: ceiling + 20 }, () => order(eve)));
  assert.equal(answers.filter(({ status }) => status === 200).length, ceiling);
  const refused = answers.filter(({ status }) => status === 503);
  assert.equal(refused.length, 20);
  assert.equal((await refused[0].json()).error.code, "DAILY_LIMIT_REACHED");
  const left = Number(refused[0].headers.get("retry-after"));
  assert.ok(left > 0 && left <= 86_400);
  assert.equal(orders - before, ceiling);
  assert.deepEqual(await balance(site, eve), [500 - ceiling, 5]);
});

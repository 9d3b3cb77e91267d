// The limits on real D1, whose numbers are all doubles: passwords that are guessed, orders that fail, the day's ceiling.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, credits, PUBLIC_URL, send, signUp, start } from "./studio.mjs";

const CEILING = 40,
  FAILURES = 60;
const text = "/api/workflows/image-from-text",
  order = '{"prompt":"a shoe"}';

let studio;
before(async () => {
  studio = await start({
    settings: { DAILY_GENERATIONS: String(CEILING + FAILURES), BETTER_AUTH_TRUSTED_ORIGINS: "https://app.example.com" },
  });
});
after(async () => {
  await studio.stop();
});

// signIn tries a password through a Worker of our own that does not tell its clients' addresses.
const signIn = (password) =>
  send(studio, "/api/auth/sign-in/email", {
    method: "POST",
    body: JSON.stringify({ email: "ada@example.test", password }),
    headers: {
      "content-type": "application/json",
      origin: PUBLIC_URL,
      "cf-connecting-ip": "2a06:98c0:3600::103",
      "cf-worker": "app.example.com",
    },
  });

it("lets wrong passwords wait, and the right one in after the wait", async () => {
  await signUp(studio, "ada");
  const codes = {};
  for (let i = 0; i < 22; i++)
    for (const { status } of await Promise.all(Array.from({ length: 5 }, () => signIn("wrong"))))
      codes[status] = (codes[status] ?? 0) + 1;
  assert.equal(codes[401] + codes[429], 110);
  assert.ok(codes[401] >= 101 && codes[401] <= 106, `101 at once, and then one in two seconds: ${JSON.stringify(codes)}`);

  const [way] = await studio.sql("SELECT count, typeof(ready_at) AS type, ready_at FROM quota WHERE key LIKE 'way:%'");
  assert.equal(way.type, "integer");
  const wait = way.ready_at - Date.now();
  assert.ok(wait > -10_000 && wait <= 2000, `${wait} ms`);
  await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0) + 50));
  assert.equal((await signIn("correct horse")).status, 200);
  assert.deepEqual(await studio.sql("SELECT key FROM quota WHERE key LIKE 'way:%' OR key LIKE 'account:%'"), [], "forgiven");
});

it("counts orders that fail, and keeps nothing of them", async () => {
  const bob = await signUp(studio, "bob");
  studio.refusal = () => ({
    status: 400,
    headers: { "content-type": "application/json" },
    body: '{"code":"DataInspectionFailed"}',
  });
  for (let i = 0; i < FAILURES; i++) assert.equal((await call(studio, bob, "POST", text, order)).status, 502);

  const limited = await call(studio, bob, "POST", text, order);
  assert.equal(limited.status, 429);
  assert.equal((await limited.json()).error.code, "TOO_MANY_FAILURES");
  assert.ok(Number(limited.headers.get("retry-after")) > 3500);
  assert.deepEqual(await credits(studio, bob), [5, 5]);
  assert.equal(studio.orders.length, FAILURES);
  const kept = await studio.sql(
    "SELECT DISTINCT json_remove(input_json, '$.requestId') AS input FROM generation WHERE status = 'failed'",
  );
  assert.deepEqual(JSON.parse(kept[0].input), {
    prompt: "",
    parameters: { prompt: "", n: 1, promptExtend: true, watermark: false },
  });
  assert.equal(kept.length, 1);
  studio.refusal = undefined;
});

it("keeps to the day's ceiling, whatever comes at once", async () => {
  const eve = await signUp(studio, "eve");
  await studio.sql(`UPDATE user_profile SET credits_product_shoots = 500 WHERE user_id = '${eve.id}'`);
  const before = studio.orders.length;
  const answers = await Promise.all(Array.from({ length: CEILING + 20 }, () => call(studio, eve, "POST", text, order)));
  assert.equal(answers.filter(({ status }) => status === 200).length, CEILING);
  const refused = answers.filter(({ status }) => status === 503);
  assert.equal(refused.length, 20);
  assert.equal((await refused[0].json()).error.code, "DAILY_LIMIT_REACHED");
  const left = Number(refused[0].headers.get("retry-after"));
  assert.ok(left > 0 && left <= 86_400);
  assert.equal(studio.orders.length - before, CEILING);
  assert.deepEqual(await credits(studio, eve), [500 - CEILING, 5]);
});

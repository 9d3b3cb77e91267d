// Buying credits in workerd, at the sandbox's Checkout.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { Checkouts, stripeKey } from "../../../../local/sandbox/stripe.mjs";
import { balance, call, open, signUp } from "./site.mjs";

const secret = "whsec_sandbox";

describe("buying credits", () => {
  let site, checkouts, ada;
  before(async () => {
    checkouts = new Checkouts(
      () => "http://127.0.0.1:1",
      () => new URL(site.url).origin,
    );
    site = await open({
      bindings: { STRIPE_SECRET_KEY: stripeKey, STRIPE_WEBHOOK_SECRET: secret, CREDIT_PACKS: "starter=usd:1000:10:5" },
      elsewhere: (request) => checkouts.answer(request),
    });
    ada = await signUp(site, "ada");
  });
  after(() => site?.stop());

  it("a page is made, paid twice, and gives its credits once", async () => {
    const made = await call(site, ada, "POST", "/api/credits/checkout", '{"pack":"starter"}');
    assert.equal(made.status, 200, await made.clone().text());
    const { checkoutId, url } = await made.json();
    assert.equal(url, `http://127.0.0.1:1/sandbox/checkout/${checkoutId}`);
    assert.match(checkouts.page(checkoutId), /Pack starter for 1000 usd/);
    assert.deepEqual(await balance(site, ada), [5, 5]);

    for (let n = 0; n < 2; n++) assert.match(await checkouts.pay(checkoutId), /checkout=success/);
    assert.deepEqual(await balance(site, ada), [15, 10]);
    const { accountType, entries } = await (await call(site, ada, "GET", "/api/credits")).json();
    assert.equal(accountType, "paid");
    assert.deepEqual(entries.map(({ reason, delta }) => [reason, delta]).sort(), [
      ["purchase", 10],
      ["purchase", 5],
    ]);
  });

  it("200 deliveries of a refund at once count once", async () => {
    const [{ payment_id }] = await site.sql("SELECT payment_id FROM credit_purchase");
    const object = { id: "ch_1", payment_intent: payment_id, amount_refunded: 500 };
    const body = JSON.stringify({ id: "evt_refund", type: "charge.refunded", data: { object } });
    const now = Math.floor(Date.now() / 1000);
    const mac = createHmac("sha256", secret).update(`${now}.${body}`).digest("hex");
    const deliver = () =>
      site.get("/api/credits/stripe", {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "stripe-signature": `t=${now},v1=${mac}` },
      });

    const statuses = await Promise.all(Array.from({ length: 200 }, async () => (await deliver()).status));

    assert.deepEqual([...new Set(statuses)], [200]);
    assert.deepEqual(await balance(site, ada), [10, 8]);
    assert.equal((await site.sql("SELECT 1 FROM credit_ledger WHERE reason = 'purchase_refund'")).length, 2, "one per kind");
  });

  it("a page that is refunded, twice, takes its credits back once", async () => {
    const made = await call(site, ada, "POST", "/api/credits/checkout", '{"pack":"starter"}');
    const { checkoutId, url } = await made.json();
    const before = await balance(site, ada);
    assert.equal(await checkouts.refund(checkoutId), url, "nothing is paid yet");
    await checkouts.pay(checkoutId);
    assert.notDeepEqual(await balance(site, ada), before);

    for (let n = 0; n < 2; n++) assert.equal(await checkouts.refund(checkoutId), url);

    assert.deepEqual(await balance(site, ada), before);
    assert.equal(await checkouts.refund("cs_test_unknown"), undefined);
  });
});

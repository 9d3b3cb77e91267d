import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startCaller } from "./caller.mjs";

const form = new URLSearchParams({
  mode: "payment",
  success_url: "http://localhost:5173/?checkout=success",
  cancel_url: "http://localhost:5173/?a=1&checkout=cancel",
  client_reference_id: "ada",
  "metadata[user_id]": "ada",
  "metadata[pack]": "<starter>",
  "line_items[0][quantity]": "1",
  "line_items[0][price_data][currency]": "usd",
  "line_items[0][price_data][unit_amount]": "1000",
});

describe("the sandbox of Stripe", () => {
  let cloud, call;
  before(async () => {
    ({ cloud, call } = await startCaller());
  });
  after(() => cloud.remove());
  const create = (headers) =>
    call("https://api.stripe.com/v1/checkout/sessions", {
      method: "POST",
      headers: { authorization: "Bearer sk_test_sandbox", "content-type": "application/x-www-form-urlencoded", ...headers },
      body: form.toString(),
    });

  test("makes a session per key, with a page that shows what is sold", async () => {
    const [first, second, other] = await Promise.all(
      ["k", "k", "l"].map(async (key) => (await create({ "idempotency-key": key })).json()),
    );
    assert.equal(first.id, second.id);
    assert.notEqual(first.id, other.id);
    assert.deepEqual(
      [first.amount_total, first.currency, first.payment_status, first.client_reference_id],
      [1000, "usd", "unpaid", "ada"],
    );

    const page = await (await fetch(first.url)).text();
    assert.match(page, /Pack &#60;starter&#62; for 1000 usd/);
    assert.match(page, /href="http:\/\/localhost:5173\/\?a=1&#38;checkout=cancel"/);
    assert.equal((await fetch(`${first.url}x`)).status, 404);
  });

  test("tells the Worker that a session is paid, signed as Stripe does, and sends the buyer back", async () => {
    const { url, id } = await (await create({})).json();
    const taker = `let taken; export default { async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/taken") return Response.json(taken);
      taken = { pathname, signature: request.headers.get("stripe-signature"), body: await request.text() };
      return Response.json({ received: true });
    } };`;
    await cloud.upload("taker", taker); // the script that was uploaded last answers

    const early = await fetch(`${url}/refund`, { method: "POST", redirect: "manual" });
    assert.deepEqual([early.status, early.headers.get("location")], [303, url], "nothing is paid yet");
    const back = await fetch(url, { method: "POST", redirect: "manual" });
    assert.deepEqual([back.status, back.headers.get("location")], [303, "http://localhost:5173/?checkout=success"]);
    const { pathname, signature, body } = await (await fetch(`${cloud.info.worker}/taken`)).json();
    assert.equal(pathname, "/api/credits/stripe");
    const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature);
    assert.equal(mac, createHmac("sha256", "whsec_sandbox").update(`${at}.${body}`).digest("hex"));
    const event = JSON.parse(body);
    assert.deepEqual(
      [event.type, event.data.object.id, event.data.object.payment_status],
      ["checkout.session.completed", id, "paid"],
    );

    await fetch(`${url}/refund`, { method: "POST", redirect: "manual" });
    const refund = JSON.parse((await (await fetch(`${cloud.info.worker}/taken`)).json()).body);
    const { payment_intent, amount_refunded } = refund.data.object;
    assert.deepEqual([refund.type, payment_intent, amount_refunded], ["charge.refunded", event.data.object.payment_intent, 1000]);
    assert.equal((await fetch(`${url}x/refund`, { method: "POST" })).status, 404);
  });
});

// Stripe: forged, stale and repeated events, credits that nobody has bought, and checkouts that lead elsewhere.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Response, send, siege } from "./siege.mjs";

const secret = "whsec_stripe-webhook";
const now = () => Math.floor(Date.now() / 1000);
const mac = (body, { at = now(), key = secret } = {}) => createHmac("sha256", key).update(`${at}.${body}`).digest("hex");
const signed = (body, { at = now(), key } = {}) => `t=${at},v1=${mac(body, { at, key })}`;

// deliver is the request with an event. A header of the test's takes the place of a right signature.
const deliver = (event, header) => {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  return { path: "/api/credits/stripe", body, headers: { "stripe-signature": header ?? signed(body), origin: null } };
};

let sessions = 0;
// offered inserts what the attacker was offered, and returns the event that it was paid.
async function offered({ sql, mallory }, changes = {}) {
  const session = `cs_${++sessions}`;
  await sql(
    "INSERT INTO credit_purchase (checkout_id, user_id, pack, product_shoots, ad_graphics, amount, currency, created_at) VALUES (?, ?, 'starter', 10, 5, 1000, 'usd', 1)",
    session,
    mallory.id,
  );
  const object = {
    id: session,
    mode: "payment",
    payment_status: "paid",
    payment_intent: `pi_${sessions}`,
    client_reference_id: mallory.id,
    metadata: { pack: "starter" },
    amount_total: 1000,
    currency: "usd",
    ...changes,
  };
  return { id: `evt_${sessions}`, type: "checkout.session.completed", data: { object } };
}

const credits = async ({ sql, mallory }) =>
  (await sql("SELECT credits_product_shoots AS has FROM user_profile WHERE user_id = ?", mallory.id))[0].has;

// gives is a row of an attack that must give so many credits.
const gives = (count, name, status, send) => {
  let before;
  return {
    name,
    send: async (scene) => {
      before = await credits(scene);
      return send(scene);
    },
    answer: { status, check: async (scene) => assert.equal((await credits(scene)) - before, count, "credits that were given") },
  };
};

const wrong = [
  ["without a signature", () => ""],
  ["with the signature of another secret", (body) => signed(body, { key: "whsec_other" })],
  ["with the signature of an empty secret", (body) => signed(body, { key: "" })],
  ["with a signature of ten minutes ago", (body) => signed(body, { at: now() - 600 })],
  ["with a signature of the future", (body) => signed(body, { at: now() + 600 })],
  ["with the signature of another body", (body) => signed(`${body} `)],
  ["with another time than the one signed", (body) => `t=${now() - 1},v1=${mac(body)}`],
  ["with the signature under v0", (body) => `t=${now()},v0=${mac(body)}`],
  ["with five hundred signatures", (body) => `t=${now()},${`v1=${"0".repeat(64)},`.repeat(500)}v1=${mac(body)}`],
].map(([how, header]) =>
  gives(0, `a payment ${how}`, 400, async (scene) => {
    const event = await offered(scene);
    return deliver(event, header(JSON.stringify(event)));
  }),
);

const untrue = [
  ["of less", { amount_total: 1 }],
  ["in another currency", { currency: "jpy" }],
  ["of another pack", { metadata: { pack: "large" } }],
  ["of a session that was never made", { id: "cs_unknown" }],
  ["that is not paid", { payment_status: "unpaid" }],
  ["of a subscription", { mode: "subscription" }],
].map(([what, changes]) => gives(0, `a payment ${what}`, 200, async (scene) => deliver(await offered(scene, changes))));

const bodies = [
  ["deep", "[".repeat(100_000)],
  ["no JSON", "{"],
  ["no event", "{}"],
  ["a long text", `{"id":"${"x".repeat(100_000)}"}`],
  ["an object of another type", '{"id":"e","type":"checkout.session.completed","data":{"object":[]}}'],
  [
    "a negative refund",
    '{"id":"e","type":"charge.refunded","data":{"object":{"id":"c","payment_intent":"p","amount_refunded":-5}}}',
  ],
].map(([what, body]) => gives(0, `a signed body: ${what}`, 400, () => deliver(body)));

const checkout = (json) => ({ path: "/api/credits/checkout", as: "mallory", json });

siege("Stripe", [
  wrong,
  untrue,
  bodies,
  gives(0, "a body that is too large", 413, () => deliver(" ".repeat(200_000))),
  gives(0, "another user's payment", 200, async (scene) =>
    deliver(await offered(scene, { client_reference_id: scene.victim.id })),
  ),
  gives(10, "a payment, delivered five times", 200, async (scene) => {
    const event = await offered(scene);
    return Array.from({ length: 5 }, () => deliver(event));
  }),
  gives(10, "a payment in two events", 200, async (scene) => {
    const event = await offered(scene);
    return [deliver(event), deliver({ ...event, id: `${event.id}_2`, type: "checkout.session.async_payment_succeeded" })];
  }),
  gives(0, "a refund, and then the payment", 200, async (scene) => {
    const event = await offered(scene);
    const { payment_intent } = event.data.object;
    const charge = { id: `ch_${payment_intent}`, payment_intent, amount_refunded: 1000 };
    return [deliver({ id: `${event.id}_r`, type: "charge.refunded", data: { object: charge } }), deliver(event)];
  }),
  {
    name: "a price of the buyer's own, and an address of another site",
    send: (scene) => {
      scene.provider.elsewhere = async (request) => {
        scene.form = new URLSearchParams(await request.text());
        return new Response(JSON.stringify({ id: "cs_made", url: "https://checkout.stripe.com/c/pay/cs_made" }));
      };
      return [
        checkout({ pack: "starter", amount: 1, "line_items[0][quantity]": 0 }),
        checkout({ pack: "starter", returnUrl: "https://evil.test/" }),
      ];
    },
    answer: {
      status: 400,
      check: ({ form, mallory }) => {
        assert.equal(form.get("line_items[0][price_data][unit_amount]"), "1000");
        assert.equal(form.get("client_reference_id"), mallory.id);
        assert.match(form.get("success_url"), /^http:\/\/localhost:5173\//);
      },
    },
  },
  {
    name: "two hundred checkouts at once",
    send: async (scene) => {
      let calls = 0;
      scene.provider.elsewhere = () => {
        calls++;
        return new Response(JSON.stringify({ id: `cs_crowd_${calls}`, url: "https://checkout.stripe.com/c/pay/cs_made" }));
      };
      const answers = await Promise.all(Array.from({ length: 200 }, () => send(scene, checkout({ pack: "starter" }))));
      assert.ok(calls > 0 && calls <= 20, `${calls} calls`);
      assert.ok(answers.every(({ status }) => status === 200 || status === 429));
      return checkout({ pack: "starter" });
    },
    answer: {
      status: 429,
      code: "TOO_MANY_CHECKOUTS",
      check: (scene) => scene.sql("DELETE FROM credit_purchase WHERE checkout_id LIKE 'cs_crowd_%'"),
    },
  },
  ...[
    "javascript:alert(1)",
    "//evil.test/",
    "http://localhost:5173.evil.test/",
    "http://localhost:5173@evil.test/",
    "http://evil.test#http://localhost:5173/",
    "http://localhost:5173\\@evil.test/",
    "http://LOCALHOST:5173/",
    "http:localhost:5173",
    "/credits",
    `http://localhost:5173/${"x".repeat(3_000)}`,
  ].map((returnUrl) => ({
    name: `a checkout that returns to ${returnUrl.slice(0, 40)}`,
    send: checkout({ pack: "starter", returnUrl }),
    answer: 400,
  })),
  { name: "a checkout of 100 kB", send: checkout({ pack: "starter", more: "x".repeat(100_000) }), answer: 413 },
  ...[
    ["no page", "{}"],
    ["a page that is a script", '{"id":"cs","url":"javascript:alert(1)"}'],
    ["a page in clear", '{"id":"cs","url":"http://evil.test/"}'],
    ["depth", "[".repeat(100_000)],
    ["two megabytes", `{"id":"${"x".repeat(2 << 20)}"}`],
  ].map(([what, body]) => ({
    name: `a Stripe that answers with ${what}`,
    send: ({ provider }) => {
      provider.elsewhere = () => new Response(body);
      return checkout({ pack: "starter" });
    },
    answer: 502,
  })),
]);

// A local replacement for Stripe's Checkout: it makes sessions, shows a page on which to pay without money, and to be refunded, and
// tells the Worker of both, in events that are signed as Stripe signs.
// https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/webhooks#verify-manually
import { createHmac, randomBytes } from "node:crypto";

export const stripeKey = "sk_test_sandbox";
const webhookSecret = "whsec_sandbox";
const maxSessions = 1000;

export class Checkouts {
  #sessions = new Map();
  #ids = new Map(); // by Idempotency-Key

  // origin() is where the pages are served, worker() where the Worker answers.
  constructor(origin, worker) {
    this.origin = origin;
    this.worker = worker;
  }

  // answer plays Stripe: it takes a Request and returns a Response.
  answer = async (request) => {
    if (`${request.method} ${new URL(request.url).pathname}` !== "POST /v1/checkout/sessions")
      return Response.json(refusal("The sandbox makes Checkout sessions only."), { status: 404 });
    const form = new URLSearchParams(await request.text());
    const key = request.headers.get("idempotency-key") ?? randomBytes(8).toString("hex");
    const id = this.#ids.get(key) ?? this.#make(key, form);
    return Response.json(this.#sessions.get(id));
  };

  #make(key, form) {
    const id = `cs_test_${randomBytes(12).toString("hex")}`;
    this.#sessions.set(id, {
      id,
      object: "checkout.session",
      mode: form.get("mode"),
      url: `${this.origin()}/sandbox/checkout/${id}`,
      success_url: form.get("success_url"),
      cancel_url: form.get("cancel_url"),
      client_reference_id: form.get("client_reference_id"),
      metadata: { user_id: form.get("metadata[user_id]"), pack: form.get("metadata[pack]") },
      amount_total: Number(form.get("line_items[0][price_data][unit_amount]")) * Number(form.get("line_items[0][quantity]")),
      currency: form.get("line_items[0][price_data][currency]"),
      payment_intent: null,
      payment_status: "unpaid",
    });
    this.#ids.set(key, id);
    for (const list of [this.#sessions, this.#ids]) if (list.size > maxSessions) list.delete(list.keys().next().value);
    return id;
  }

  // page returns the page of a session as HTML, or undefined.
  page(id) {
    const session = this.#sessions.get(id);
    if (!session) return undefined;
    const price = `${session.amount_total} ${session.currency}, in the smallest unit`;
    return `<!doctype html><meta charset="utf-8"><title>SANDBOX checkout</title>
<h1>SANDBOX</h1><p>Pack ${escaped(session.metadata.pack)} for ${escaped(price)}. No money is moved.</p>
<form method="post"><button>Pay</button></form>
<form method="post" action="${escaped(`${session.url}/refund`)}"><button>Refund</button></form><p><a href="${escaped(session.cancel_url)}">Cancel</a></p>`;
  }

  // pay tells the Worker that a session is paid, and returns where the buyer goes then; undefined if there is no such session.
  async pay(id) {
    const session = this.#sessions.get(id);
    if (!session) return undefined;
    Object.assign(session, { payment_status: "paid", payment_intent: id.replace("cs_", "pi_") });
    await this.#tell(id.replace("cs_", "evt_"), "checkout.session.completed", session);
    return session.success_url;
  }

  // refund tells the Worker that all of a paid session is refunded, and returns its page; undefined if there is no such session.
  async refund(id) {
    const { payment_status, payment_intent, currency, amount_total, url } = this.#sessions.get(id) ?? {};
    if (payment_status !== "paid") return url;
    const charge = { id: id.replace("cs_", "ch_"), object: "charge", payment_intent, currency, amount_refunded: amount_total };
    await this.#tell(id.replace("cs_", "evt_refund_"), "charge.refunded", charge);
    return url;
  }

  async #tell(id, type, object) {
    const body = JSON.stringify({ id, object: "event", type, data: { object } });
    const now = Math.floor(Date.now() / 1000);
    const mac = createHmac("sha256", webhookSecret).update(`${now}.${body}`).digest("hex");
    const response = await fetch(`${this.worker()}/api/credits/stripe`, {
      method: "POST",
      headers: { "content-type": "application/json", "stripe-signature": `t=${now},v1=${mac}` },
      body,
    });
    if (!response.ok) throw new Error(`the Worker answered the event with ${response.status}: ${await response.text()}`);
  }
}

const refusal = (message) => ({ error: { type: "invalid_request_error", message } });

const escaped = (text) => String(text).replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

// The API in workerd, with an image provider that the test controls.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { picture, standIn } from "../../../../local/localtest/dashscope.mjs";
import { migrate } from "../../../../local/localtest/migrations.mjs";
import { eventually, start } from "../../../platform/workers/test/worker.mjs";

export { picture };

export const publicURL = "http://localhost:8787";
export const frontend = "http://localhost:5173";
export const password = "correct horse";
export const secret = "worker-test-secret-0123456789abcdefABCDEF";

const usualBindings = {
  BETTER_AUTH_SECRET: secret,
  BETTER_AUTH_URL: publicURL,
  BETTER_AUTH_TRUSTED_ORIGINS: frontend,
  QWEN_API_KEY: "key",
  QWEN_REGION: "sg",
  QWEN_IMAGE_MODEL: "qwen-image-max",
  QWEN_IMAGE_EDIT_MODEL: "qwen-image-edit-max",
  QWEN_TIMEOUT_MS: "120000",
};

export const credits = 1000; // of each kind, per user

// open starts the Worker on a migrated database, with bindings in addition to the usual ones. ask, image and elsewhere answer
// outbound calls, as standIn describes; imageBytes is the size of the provider's images.
export async function open({ gate = () => "go", around, ask, image, elsewhere, imageBytes = 1000, bindings = {} } = {}) {
  const worker = await start({
    gate,
    around,
    bindings: { ...usualBindings, ...bindings },
    d1Databases: ["DB"],
    r2Buckets: ["GENERATIONS_BUCKET"],
    outboundService: standIn({ ask, image, elsewhere, content: picture(imageBytes) }),
  });
  const database = await worker.miniflare.getD1Database("DB");
  await migrate((statement) => database.prepare(statement).run());

  return {
    ...worker,
    get log() {
      return worker.log;
    },
    database,
    bucket: await worker.miniflare.getR2Bucket("GENERATIONS_BUCKET"),
    sql: async (text, ...values) =>
      (
        await database
          .prepare(text)
          .bind(...values)
          .all()
      ).results,
    scheduled: async () => (await worker.miniflare.getWorker()).scheduled({ cron: "* * * * *" }),
  };
}

// signUp signs a user up over HTTP, adds five credits of each kind, and returns the ID and the cookies.
export async function signUp(site, name) {
  const response = await site.get("/api/auth/sign-up/email", {
    method: "POST",
    headers: { "content-type": "application/json", origin: publicURL, "cf-connecting-ip": address() },
    body: JSON.stringify({ name, email: `${name}@example.test`, password }),
  });
  assert.equal(response.status, 200);
  const { id } = (await response.json()).user;
  await site.sql("INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) VALUES (?, 5, 5)", id);

  const cookies = response.headers.getSetCookie().map((line) => line.split("; ")[0]);
  return { id, cookie: cookies.join("; ") };
}

// Sign-ups are limited by address, so each comes from one of its own.
let addresses = 0;
const address = () => `198.51.100.${++addresses}`;

// call sends a request as a user's browser does.
export const call = (site, { cookie }, method, route, body) =>
  site.get(route, { method, body, headers: { origin: publicURL, cookie } });

// balance returns what is left of each kind of credits.
export async function balance(site, { id }) {
  const [row] = await site.sql("SELECT credits_product_shoots, credits_ad_graphics FROM user_profile WHERE user_id = ?", id);
  return [row.credits_product_shoots, row.credits_ad_graphics];
}

// person inserts a user with credits and a session, and returns the ID and the cookie.
export async function person({ database }, { credits: has = credits } = {}) {
  const [id, token, now] = [randomUUID(), randomUUID(), Math.floor(Date.now() / 1000)];
  await database.batch([
    database.prepare("INSERT INTO user VALUES (?, 'Ada', ?, 0, NULL, ?, ?)").bind(id, `${id}@example.test`, now, now),
    database.prepare("INSERT INTO session VALUES (?, ?, ?, ?, ?, '', 'test', ?)").bind(id, now + 7 * 86_400, token, now, now, id),
    database.prepare("INSERT INTO user_profile VALUES (?, 'paid', ?, ?, ?, ?)").bind(id, has, has, now, now),
  ]);
  return { id, token, cookie: `better-auth.session_token=${sign(token)}` };
}

// sign returns the value of a signed cookie.
export function sign(value, key = secret) {
  return encodeURIComponent(`${value}.${createHmac("sha256", key).update(value).digest("base64")}`);
}

// order asks for an image. The gate is asked only if there is a name.
export function order(site, { cookie }, { name, workflow = "image-from-text", body = { prompt: "a red shoe" }, signal } = {}) {
  return site.get(`/api/workflows/${workflow}`, {
    method: "POST",
    signal,
    headers: { cookie, "content-type": "application/json", ...(name && { "x-case": name }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

// account returns a person's generations and credits from the database.
export async function account({ database }, { id }) {
  const all = async (sql) => (await database.prepare(sql).bind(id).all()).results;
  const [profile] = await all(
    "SELECT credits_product_shoots + credits_ad_graphics AS credits FROM user_profile WHERE user_id = ?",
  );
  return {
    taken: 2 * credits - profile.credits,
    ledger: (await all("SELECT delta FROM credit_ledger WHERE user_id = ? ORDER BY delta")).map(({ delta }) => delta),
    generations: await all("SELECT id, status, r2_key, error_code FROM generation WHERE user_id = ?"),
  };
}

// isConsistent checks the account of a user who has ordered one image.
export function isConsistent({ taken, ledger, generations }) {
  assert.ok(generations.length <= 1);
  const [generation] = generations;
  if (generation?.status === "succeeded") {
    assert.deepEqual([taken, ledger], [1, [-1]], "succeeded, and charged once");
  } else if (generation) {
    assert.equal(generation.status, "failed");
    assert.deepEqual([taken, ledger], [0, [-1, 1]], "failed, and refunded once");
  } else {
    assert.deepEqual([taken, ledger], [0, []], "nothing was begun, and nothing charged");
  }
}

// killer returns a function that kills the program's instance, each time as another client: in the killer's own goroutine, or by
// a timer that wakes another one. The site must run with kill.mjs.
export function killer(site) {
  let count = 0;
  return async (how = "1") => {
    const address = `10.${count >> 16}.${(count >> 8) & 255}.${count++ & 255}`;
    const response = await site.get("/api/health?q=x-secret", {
      headers: { "x-kill": how, "cf-connecting-ip": address, "cf-ray": "8f1e2d3c4b5a6978" },
    });
    assert.ok(response.status === 500 || (how === "timer" && response.status === 200)); // on a slow machine the timer may be first
    await response.arrayBuffer();
  };
}

// settled waits until no request works on a person's generations, lets the schedule finish what a dead request leaves behind,
// and returns the account.
export async function settled(site, who) {
  await resting(site);
  await site.database
    .prepare("UPDATE generation SET created_at = created_at - 86400 WHERE status = 'pending' AND user_id = ?")
    .bind(who.id)
    .run();
  await site.scheduled();
  return account(site, who);
}

// memory returns the program's memory in bytes, its number of goroutines, and the number of requests that it works on.
export const memory = async (site) => (await site.get("/-/memory")).json();

// resting waits until the program works on no request, even one whose client has disconnected, and no goroutine of one is left.
// The runtime keeps a few goroutines for the next requests.
export const resting = (site) =>
  eventually(
    () => memory(site),
    ({ goroutines, running }) => running === 0 && goroutines <= 20,
  );

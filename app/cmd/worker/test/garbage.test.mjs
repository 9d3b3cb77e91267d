// The garbage that the Go tests send to every route, sent through workerd: bytes that are not text, texts that are hard on a
// database, bodies that break off. Nothing is answered with 500, and only images cost credits. SEED repeats a run.
import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { balance, open, publicURL, signUp } from "./site.mjs";

const site = await open();
after(() => site.stop());

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
let state = seed;

// random is mulberry32.
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const sometimes = (n) => below(n) === 0;

const routes = [
  "GET /api/me",
  "GET /api/history",
  "GET /api/history/:id",
  "GET /api/history/:id/asset",
  "GET /api/history/:id/assets/:id",
  "GET /api/history/:id/reference",
  "DELETE /api/history/:id",
  "POST /api/workflows/image-from-text",
  "POST /api/workflows/image-from-reference",
  "POST /api/workflows/video-from-reference",
  "POST /api/auth/sign-up/email",
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-in/social",
  "POST /api/auth/link-social",
  "GET /api/auth/callback/:id",
  "POST /api/auth/update-user",
  "POST /api/auth/verify-password",
  "POST /api/auth/revoke-session",
  "POST /api/auth/unlink-account",
  "POST /api/auth/get-access-token",
  "GET /api/auth/get-session",
  "GET /api/auth/account-info",
  "GET /api/auth/reset-password/:id",
  "GET /api/auth/verify-email",
  "POST /api/auth/reset-password",
  "GET /:id",
];
const texts = [
  "",
  " ",
  "\0",
  "\ud83d",
  "a\0b",
  "\u2028",
  "'; DROP TABLE user; --",
  "x".repeat(3000),
  "😀",
  "ü",
  "p",
  "12345678",
  "eve@example.test",
  "google",
  "/studio",
  "https://x.test/a.png",
  "data:image/png;base64,AA==",
];
const fields = [
  "prompt",
  "size",
  "n",
  "seed",
  "input",
  "parameters",
  "referenceImageUrl",
  "email",
  "password",
  "name",
  "image",
  "newPassword",
  "token",
  "provider",
  "providerId",
  "accountId",
  "callbackURL",
  "additionalData",
  "loginHint",
  "idToken",
  "scopes",
];
const value = (depth) =>
  pick([
    () => pick(texts),
    () => pick(texts),
    () => pick(texts),
    () => pick([0, 1, -1, 1.5, 1e300]),
    () => pick([null, true, false]),
    () => (depth ? object(depth - 1) : {}),
    () => (depth ? [value(depth - 1)] : []),
  ])();
const object = (depth) => Object.fromEntries(Array.from({ length: below(8) }, () => [pick(fields), value(depth)]));
const likely = {
  prompt: "p",
  referenceImageUrl: "https://x.test/a.png",
  email: "eve@example.test",
  password: "12345678",
  name: "Eve",
  newPassword: "12345678",
  token: "t",
  provider: "google",
  providerId: "google",
};

function body() {
  if (sometimes(6)) return Buffer.from(Array.from({ length: below(40) }, () => below(256)));
  const text = JSON.stringify({ ...(sometimes(3) ? {} : likely), ...object(2) });
  if (!sometimes(5)) return Buffer.from(text);
  const at = below(text.length);
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256), below(256)]), bytes.subarray(at)]);
}

function cookie(user) {
  if (sometimes(8)) return pick(["\xff\xfe", "better-auth.session_token=%zz", "=;;=", "better-auth.session_data.0=\xff"]);
  if (sometimes(8)) return user.cookie.slice(0, below(user.cookie.length));
  return sometimes(8) ? user.cookie.replace(/session_data=[^;]*/, "session_data=%ff\xff") : user.cookie;
}

// send sends a request to some route, and returns the status; undefined if the request was broken off.
function send(user) {
  const [method, route] = pick(routes).split(" ");
  const query = sometimes(3)
    ? "?" +
      pick([
        "limit=%zz&offset=%ff",
        "accountId=%ff%00",
        "token=%00",
        "state=%ff&code=x",
        "callbackURL=/studio",
        "callbackURL=%00",
        "disableCookieCache=1",
        "%",
        "error=%ff",
      ])
    : "";
  const target = route.replaceAll(":id", () => pick(["x", "%00", "%ff%fe", "..%2f", "%20", "0", "google"])) + query;
  const headers = {
    origin: publicURL,
    "cf-connecting-ip": `2001:db8:${below(65536).toString(16)}::1`,
    cookie: cookie(user),
    "content-type": pick([
      "application/json",
      "application/json",
      "application/json",
      "application/x-www-form-urlencoded",
      "\xff",
    ]),
    "user-agent": pick(["x", "\xff\xfe", "a".repeat(6000)]),
  };
  const sent = method === "POST" ? body() : undefined;
  const breaksOff = sent && sometimes(10);
  if (sent) headers["content-length"] = sent.length + (breaksOff ? 100 : 0);

  return new Promise((resolve, reject) => {
    const request = http.request(site.url, { method, path: target, headers, agent: false }, (response) => {
      response
        .resume()
        .on("end", () => resolve({ status: response.statusCode, what: `${method} ${target} ${sent}` }))
        .on("error", () => resolve({}));
    });
    request.on("error", (error) => (breaksOff ? resolve({}) : reject(error)));
    if (!breaksOff) return request.end(sent);
    request.write(sent, () => setTimeout(() => request.destroy(new Error("gone")), 20));
  });
}

// entries counts a user's entries in the ledger.
async function entries(user, reason) {
  const [{ count }] = await site.sql(
    "SELECT count(*) AS count FROM credit_ledger WHERE user_id = ? AND reason = ?",
    user.id,
    reason,
  );
  return count;
}

test("garbage is answered as the client's fault", async (t) => {
  t.diagnostic(`seed ${seed}`);
  const seen = {};
  for (let round = 0; round < 12; round++) {
    const user = await signUp(site, `ada${round}`);
    for (const { status, what } of await Promise.all(Array.from({ length: 40 }, () => send(user)))) {
      seen[status] = (seen[status] ?? 0) + 1;
      assert.ok(
        !(status >= 500) || (status === 501 && what.includes("/video-from-reference")),
        `${status}: ${what} (seed ${seed})`,
      );
    }
    const [shoots, ads] = await balance(site, user);
    const [debits, refunds] = [await entries(user, "generation_debit"), await entries(user, "generation_refund")];
    assert.equal(shoots + ads, 10 - debits + refunds, `the ledger tells where each credit went (seed ${seed})`);
  }
  t.diagnostic(`answers: ${JSON.stringify(seen)}`);

  assert.ok(seen[200] > 0 && seen[400] > 0 && seen[401] > 0, "it got past the gate, and to it");
});

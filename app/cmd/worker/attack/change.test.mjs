// Changes of accounts that other sites ask for, addresses that are not what they seem, passwords that are guessed, and users who
// are gone.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { cookies, idToken, password, send, siege, signUp, someAddress } from "./siege.mjs";

const evil = "https://evil.test";
const changes = {
  "change-password": { currentPassword: password, newPassword: "another horse", revokeOtherSessions: true },
  "update-user": { name: "Evil" },
  "revoke-session": { token: "t" },
  "revoke-sessions": {},
  "revoke-other-sessions": {},
  "link-social": { provider: "google" },
  "unlink-account": { providerId: "credential" },
  "get-access-token": { providerId: "google" },
  "refresh-token": { providerId: "google" },
  "reset-password": { newPassword: "another horse", token: "t" },
  "delete-user": {},
};

// What a page of another site can make a browser send: with JSON if it were allowed to, and without being asked.
const foreign = Object.entries(changes).flatMap(([endpoint, json]) => {
  const path = `/api/auth/${endpoint}`;
  const headers = { origin: evil, "sec-fetch-site": "cross-site" };

  return [
    { name: `${endpoint} for a page of another site`, send: { path, as: "mallory", json, headers }, answer: 403 },
    {
      name: `${endpoint} for a form of another site`,
      send: {
        path,
        as: "mallory",
        body: "a=b",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      },
      answer: 415,
    },
    {
      name: `${endpoint} with no origin`,
      send: { path, as: "mallory", json, headers: { origin: null } },
      answer: { status: 403, code: "MISSING_OR_NULL_ORIGIN" },
    },
  ];
});

const withToken = (token, from) => ({
  path: "/api/auth/sign-in/social",
  json: { provider: "google", idToken: { token } },
  headers: { "cf-connecting-ip": from },
});
const tokens = [
  {
    name: "an id_token without a jti that is shown again from another address",
    send: () => {
      const token = idToken("gina", { more: "a" });
      return [withToken(token, someAddress()), withToken(token, someAddress())];
    },
    answer: { status: 401, code: "INVALID_TOKEN" },
  },
  {
    name: "an id_token with a jti that is shown again from its own address",
    send: () => {
      const [token, from] = [idToken("gina", { jti: "twice" }), someAddress()];
      return [withToken(token, from), withToken(token, from)];
    },
    answer: { status: 401, code: "INVALID_TOKEN" },
  },
  {
    name: "an id_token that several show at once",
    send: async (scene) => {
      const token = idToken("gina", { jti: "at once" });
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(scene, withToken(token, someAddress()))));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      return withToken(token, someAddress());
    },
    answer: 401,
  },
  {
    name: "a proven address with a Kelvin sign in place of a k",
    send: async (scene) => {
      scene.kate = await signUp(scene, "kate");
      return withToken(
        idToken("kelvin", { sub: "kelvin", email: "\u212aate@example.test", email_verified: true }),
        someAddress(),
      );
    },
    answer: {
      status: 200,
      check: async ({ sql, kate }) => {
        assert.equal((await sql("SELECT 1 FROM session WHERE user_id = ?", kate.id)).length, 1, "Kate's own session is left");
        assert.equal((await sql("SELECT 1 FROM account WHERE user_id = ?", kate.id)).length, 1, "and no account was added");
      },
    },
  },
];

// Addresses that a client only says it has do not count.
const said = [
  ["X-AdDreams-Client", (n) => `192.0.2.${n};t=${Math.floor(Date.now() / 1000)};v=AAAA`],
  ["CF-Worker", (n) => `zone${n}.test`],
  ["True-Client-IP", (n) => `192.0.2.${n}`],
  ["Forwarded", (n) => `for=192.0.2.${n}`],
].map(([header, value], index) => ({
  name: `sign-ins that say another address in ${header}`,
  send: () =>
    Array.from({ length: 4 }, (_, n) => ({
      path: "/api/auth/sign-in/email",
      json: { email: "nobody@example.test", password: "12345678" },
      headers: { "cf-connecting-ip": `198.51.100.${index}`, [header]: value(n) },
    })),
  answer: 429,
}));

const guesses = [
  {
    name: "guesses from forty addresses, which do not lock the owner out",
    send: async (scene) => {
      const { email } = await signUp(scene);
      const guess = { path: "/api/auth/sign-in/email", json: { email, password: "12345678" } };
      const answers = [];
      // Eight at a time: on a slow machine, the body of one that waits for more keys may come too late.
      for (let group = 0; group < 5; group++)
        answers.push(...(await Promise.all(Array.from({ length: 8 }, () => send(scene, guess)))));
      const others = answers.filter(({ status }) => ![401, 503].includes(status));
      assert.deepEqual(
        others.map(({ status, text }) => `${status} ${text}`),
        [],
      );
      return { path: "/api/auth/sign-in/email", json: { email, password } };
    },
    answer: 200,
  },
  {
    name: "guesses by one session",
    send: async (scene) => {
      const { cookie } = await signUp(scene);
      const guess = { path: "/api/auth/verify-password", cookie, json: { password: "12345678" } };
      // Each comes from another address. On a busy machine a wait may be over before the next guess, but waits double.
      for (let n = 0, refused = 0; n < 60 && refused < 2; n++) {
        const { status } = await send(scene, guess);
        refused = status === 429 ? refused + 1 : 0;
      }
      return guess;
    },
    answer: { status: 429, check: (_, { headers }) => assert.ok(Number(headers["x-retry-after"]) > 0) },
  },
  {
    name: "a session of a Worker's client",
    send: async (scene) => {
      const { email } = await signUp(scene);
      return {
        path: "/api/auth/sign-in/email",
        json: { email, password },
        headers: { "cf-connecting-ip": "2a06:98c0:3600::103", "cf-worker": "evil.test" },
      };
    },
    answer: {
      status: 200,
      check: async ({ sql }, { json }) =>
        assert.equal((await sql("SELECT ip_address AS address FROM session WHERE token = ?", json.token))[0].address, ""),
    },
  },
];

// A user whose row is gone has a session cache for five minutes.
const gone = [
  ["GET", "/api/me", 401],
  ["POST", "/api/workflows/image-from-text", 401],
  ["POST", "/api/auth/update-user", 401],
  ["POST", "/api/auth/link-social", 401],
  ["DELETE", "/api/history/x", 401],
].map(([method, path, status]) => ({
  name: `a user who is gone, at ${method} ${path}`,
  send: async (scene) => {
    const { id, cookie } = await signUp(scene);
    for (const table of ["session", "account", "credit_ledger", "user_profile"])
      await scene.sql(`DELETE FROM ${table} WHERE user_id = ?`, id);
    await scene.sql("DELETE FROM user WHERE id = ?", id);
    return { method, path, cookie, ...(method === "POST" && { json: { prompt: "p", name: "n", provider: "google" } }) };
  },
  answer: status,
}));

const odd = [
  ...["constructor", "toString", "hasOwnProperty", "google\u0000", "GOOGLE"].map((provider) => ({
    name: `a sign-in at the provider ${JSON.stringify(provider)}`,
    send: { path: "/api/auth/sign-in/social", json: { provider } },
    answer: 404,
  })),
  {
    name: "a compressed body that unfolds",
    send: {
      path: "/api/auth/sign-in/email",
      body: gzipSync(`{"email":"a@b.test","password":"${"x".repeat(10_000_000)}"}`),
      headers: { "content-encoding": "gzip" },
    },
    answer: 400,
  },
  {
    name: "a long body in pieces",
    send: {
      path: "/api/auth/sign-in/email",
      body: `{"email":"${"x".repeat(70_000)}"}`,
      headers: { "content-length": null, "transfer-encoding": "chunked" },
    },
    answer: [0, 413],
  },
  {
    name: "an upgrade",
    send: { path: "/api/me", headers: { upgrade: "websocket", connection: "Upgrade" } },
    answer: 401,
  },
  ...["PROPFIND", "TRACE", "REPORT"].map((method) => ({
    name: `${method} /api/me`,
    send: { method, path: "/api/me", as: "mallory" },
    answer: { status: 404, hasNot: /profile|session_token/ },
  })),
  {
    name: "a session after a sign-out, with all its cookies",
    send: async (scene) => {
      const who = await signUp(scene);
      const { headers } = await send(scene, { path: "/api/auth/sign-out", cookie: who.cookie, json: {} });
      assert.match(cookies({ headers }), /session_token=(;|$)/);
      return { path: "/api/workflows/image-from-text", cookie: who.cookie, json: { prompt: "p" } };
    },
    answer: 401,
  },
];

siege("change", [foreign, tokens, said, guesses, gone, odd].flat());

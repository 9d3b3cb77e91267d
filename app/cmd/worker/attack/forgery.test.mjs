// Cookies, tokens and states that are forged, or were issued to another user.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { consent } from "./consent.mjs";
import { idToken, password, publicKey, publicURL, secret, siege, sign, signed, signUp } from "./siege.mjs";

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const session = "better-auth.session_token",
  cache = "better-auth.session_data";

// An invalid session signs no one in, on any route.
const notSignedIn = (name, cookie) =>
  ["/api/me", "/api/auth/list-sessions"].map((path) => ({
    name: `${name}, at ${path}`,
    send: (scene) => ({ path, cookie: cookie(scene) }),
    answer: 401,
  }));

const sessions = [
  notSignedIn("a session token without a signature", ({ victim }) => `${session}=${victim.token}`),
  notSignedIn("a session token signed with another secret", ({ victim }) => `${session}=${sign(victim.token, "another")}`),
  notSignedIn("a session token signed with no secret", ({ victim }) => `${session}=${sign(victim.token, "")}`),
  notSignedIn(
    "a session token under the signature of another",
    ({ victim, mallory }) => `${session}=${victim.token}.${decodeURIComponent(mallory.cookie).split(".").pop()}`,
  ),
  notSignedIn("a session token with a signature cut short", ({ victim }) => `${session}=${sign(victim.token).slice(0, -6)}`),
  notSignedIn("a signed text that is no token", () => `${session}=${sign("true")}`),
  notSignedIn("a signed empty text", () => `${session}=${sign("")}`),
  notSignedIn("a signed token with SQL in it", () => `${session}=${sign("' OR 1=1 --")}`),
  notSignedIn("the session cookie under its secure name", ({ victim }) => `__Secure-${session}=${sign(victim.token)}`),
  notSignedIn("a session cache without a token", ({ victim }) => `${cache}=${cacheOf(victim.id)}`),
  notSignedIn("the signature of an OAuth state", () => `${session}=${sign("state")}`),
];

// cacheOf returns a session cache, signed with a secret. Its user need not exist.
function cacheOf(userId, { token = "t", key = secret, expiresAt = Date.now() + 60_000, version = "1", session: more = {} } = {}) {
  const day = new Date(Date.now() + 86_400_000).toISOString();
  const content = {
    session: {
      expiresAt: day,
      token,
      createdAt: day,
      updatedAt: day,
      ipAddress: "",
      userAgent: "",
      userId,
      id: "s",
      ...more,
    },
    user: {
      name: "Forged",
      email: "forged@example.test",
      emailVerified: true,
      image: null,
      createdAt: day,
      updatedAt: day,
      id: userId,
    },
    updatedAt: Date.now(),
    version,
  };
  const signature = createHmac("sha256", key)
    .update(JSON.stringify({ ...content, expiresAt }))
    .digest("base64url");
  return base64url({ session: content, expiresAt, signature });
}

// A forged cache is ignored: its user is not shown.
const ignored = (name, value) =>
  ["/api/me", "/api/auth/get-session"].map((path) => ({
    name: `a session cache ${name}, at ${path}`,
    send: (scene) => ({ path, as: "mallory", cookie: `${cache}=${value(scene)}` }),
    answer: { status: 200, hasNot: /Forged/ },
  }));

const caches = [
  {
    name: "a good session cache beside its token, which counts: the rows below are refused for what is wrong with them",
    send: ({ victim }) => ({
      path: "/api/me",
      cookie: `${session}=${sign(victim.token)}; ${cache}=${cacheOf(victim.id, { token: victim.token })}`,
    }),
    answer: { status: 200, has: /Forged|forged/ },
  },
  ignored("signed with another secret", ({ victim, mallory }) => cacheOf(victim.id, { token: mallory.token, key: "another" })),
  ignored("of another's session, beside one's own token", ({ victim }) => cacheOf(victim.id, { token: victim.token })),
  ignored("that is over", ({ victim, mallory }) => cacheOf(victim.id, { token: mallory.token, expiresAt: Date.now() - 1 })),
  ignored("of another version", ({ victim, mallory }) => cacheOf(victim.id, { token: mallory.token, version: "2" })),
  ignored("of a session that is over", ({ victim, mallory }) =>
    cacheOf(victim.id, { token: mallory.token, session: { expiresAt: "2020-01-01T00:00:00.000Z" } }),
  ),
  ignored("of null", () => base64url("null")),
  ignored("of a list", () => base64url("[]")),
  ignored("that is no base64", () => "%%%"),
  ignored("of bytes that are no text", () => Buffer.from([255, 254, 0]).toString("base64url")),
  ignored("with a key that merges into objects", ({ victim }) =>
    base64url(`{"__proto__":{"session":{}},"session":{"user":{"id":"${victim.id}"}}}`),
  ),
  {
    name: "a good session cache of another, beside one's own token, to spend the other's credits",
    send: ({ victim }) => ({
      path: "/api/workflows/image-from-text",
      as: "mallory",
      cookie: `${cache}=${cacheOf(victim.id)}`,
      json: { prompt: "p" },
    }),
    answer: {
      status: 200,
      check: async ({ sql, victim }) =>
        assert.equal((await sql("SELECT 1 FROM generation WHERE user_id = ?", victim.id)).length, 0),
    },
  },
];

// tokens that Google did not issue, or not for this application or request
const day = 86_400,
  now = () => Math.floor(Date.now() / 1000);
const refusedToken = (name, make, more = {}) => ({
  name: `an id_token ${name}`,
  send: (scene) => ({ path: "/api/auth/sign-in/social", json: { provider: "google", idToken: { token: make(scene), ...more } } }),
  answer: {
    status: 401,
    check: async ({ sql }) => assert.equal((await sql("SELECT 1 FROM user WHERE email LIKE 'gina%'")).length, 0),
  },
});
const withHead = (head) => {
  const [, claims, signature] = idToken("gina").split(".");
  return `${base64url(head)}.${claims}.${signature}`;
};
const tokens = [
  refusedToken("without a signature", () => `${idToken("gina").split(".").slice(0, 2).join(".")}.`),
  refusedToken("of the algorithm none", () => withHead({ alg: "none", kid: "key-1" })),
  refusedToken("of the algorithm None", () => withHead({ alg: "None", kid: "key-1" })),
  refusedToken("signed with the public key as a secret", () => {
    const text = `${base64url({ alg: "HS256", kid: "key-1" })}.${idToken("gina").split(".")[1]}`;
    return `${text}.${createHmac("sha256", publicKey()).update(text).digest("base64url")}`;
  }),
  refusedToken("signed with the secret of the cookies", () => {
    const text = `${base64url({ alg: "HS256", kid: "key-1" })}.${idToken("gina").split(".")[1]}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  }),
  refusedToken(
    "under the signature of another",
    () => `${idToken("gina", { name: "Other" }).split(".").slice(0, 2).join(".")}.${idToken("gina").split(".")[2]}`,
  ),
  refusedToken("with a key that is not Google's", () => withHead({ alg: "RS256", kid: "key-2" })),
  refusedToken("that brings its own key", () =>
    withHead({ alg: "RS256", kid: "key-3", jwk: { kty: "RSA", n: "AQAB", e: "AQAB" } }),
  ),
  refusedToken("that says where its key is", () => withHead({ alg: "RS256", kid: "key-4", jku: "https://evil.test/keys" })),
  refusedToken("with a critical extension", () => withHead({ alg: "RS256", kid: "key-1", crit: ["b64"], b64: false })),
  refusedToken("for another client", () => idToken("gina", { aud: "other-id" })),
  refusedToken("for nobody", () => idToken("gina", { aud: undefined })),
  refusedToken("for a client whose name holds ours", () => idToken("gina", { aud: "google-id.evil.test" })),
  refusedToken("of another issuer", () => idToken("gina", { iss: "https://accounts.google.com.evil.test" })),
  refusedToken("of no issuer", () => idToken("gina", { iss: undefined })),
  refusedToken("that is over", () => idToken("gina", { exp: now() - 1 })),
  refusedToken("that never ends", () => idToken("gina", { exp: undefined })),
  refusedToken("of yesterday that holds until tomorrow", () => idToken("gina", { iat: now() - day, exp: now() + day })),
  refusedToken("of tomorrow", () => idToken("gina", { iat: now() + day, exp: now() + 2 * day })),
  refusedToken("that does not hold yet", () => idToken("gina", { nbf: now() + 3_600 })),
  refusedToken("whose end is a text", () => idToken("gina", { exp: "9999999999" })),
  refusedToken("with another nonce", () => idToken("gina", { nonce: "one" }), { nonce: "two" }),
  refusedToken("without the nonce", () => idToken("gina"), { nonce: "one" }),
  refusedToken("of nobody", () =>
    signed(
      JSON.stringify({
        iss: "https://accounts.google.com",
        aud: "google-id",
        iat: now(),
        exp: now() + 60,
        email: "gina@example.test",
      }),
    ),
  ),
  refusedToken("of two parts", () => "a.b"),
  refusedToken("of four parts", () => `${idToken("gina")}.x`),
  refusedToken("with line breaks", () => idToken("gina").replace(".", ".\r\n")),
  {
    name: "an id_token of GitHub's",
    send: { path: "/api/auth/sign-in/social", json: { provider: "github", idToken: { token: idToken("gina") } } },
    answer: { status: 404, code: "ID_TOKEN_NOT_SUPPORTED" },
  },
  {
    name: "an id_token for a provider that is a property of every object",
    send: { path: "/api/auth/sign-in/social", json: { provider: "__proto__", idToken: { token: idToken("gina") } } },
    answer: 404,
  },
];

const mails = ["without a signature", "of the algorithm none", "signed with another secret"].map((name, index) => ({
  name: `a token of a verification mail ${name}`,
  send: ({ victim }) => {
    const text = `${base64url({ alg: index === 1 ? "none" : "HS256" })}.${base64url({ email: `${victim.id}@example.test` })}`;
    return {
      path: `/api/auth/verify-email?token=${text}.${index === 2 ? createHmac("sha256", "another").update(text).digest("base64url") : ""}`,
    };
  },
  answer: {
    status: 401,
    code: "INVALID_TOKEN",
    check: async ({ sql, victim }) =>
      assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE id = ?", victim.id))[0].proven, 0),
  },
}));

const wrong = (code) => ({ status: 302, location: new RegExp(`^${publicURL}/api/auth/error\\?(error|state)=${code}`) });
const states = [
  { name: "a callback without a state", send: { path: "/api/auth/callback/google?code=gina" }, answer: wrong("state_not_found") },
  {
    name: "a callback with a state of nobody",
    send: { path: "/api/auth/callback/google?code=gina&state=none", cookie: `better-auth.state=${sign("none")}` },
    answer: wrong("please_restart_the_process"),
  },
  {
    name: "a callback in another's browser",
    send: async (scene) => ({ ...(await consent(scene, "google", "gina")), cookie: undefined }),
    answer: wrong("state_mismatch"),
  },
  {
    name: "a callback with the state cookie of another flow",
    send: async (scene) => ({
      ...(await consent(scene, "google", "gina")),
      cookie: (await consent(scene, "google", "gina")).cookie,
    }),
    answer: wrong("state_mismatch"),
  },
  {
    name: "a callback with an unsigned state cookie",
    send: async (scene) => {
      const back = await consent(scene, "google", "gina");
      return { ...back, cookie: `better-auth.state=${new URLSearchParams(back.path).get("state")}` };
    },
    answer: wrong("state_mismatch"),
  },
  {
    name: "a state that is used twice",
    send: async (scene) => {
      const back = await consent(scene, "github", "nobody");
      return [back, back];
    },
    answer: wrong("please_restart_the_process"),
  },
  {
    name: "a state of Google's at GitHub's callback",
    send: async (scene) => {
      const back = await consent(scene, "google", "hub");
      return { ...back, path: back.path.replace("google", "github") };
    },
    answer: {
      status: 302,
      check: async ({ sql }) => assert.equal((await sql("SELECT 1 FROM user WHERE email LIKE 'hub%'")).length, 0),
    },
  },
  { name: "a callback of a provider that there is not", send: { path: "/api/auth/callback/evil?code=x&state=y" }, answer: 302 },
  {
    name: "additional data that takes the place of the state's own",
    send: async (scene) => {
      const back = await consent(scene, "github", "nobody", {
        additionalData: {
          callbackURL: "https://evil.test",
          errorURL: "https://evil.test",
          link: { userId: scene.victim.id, email: "x" },
          LINK: { userId: scene.victim.id },
          codeVerifier: "known",
        },
      });
      return back;
    },
    answer: { status: 302, location: /^(?!https:\/\/evil)/ },
  },
  {
    name: "an error of the provider that breaks out of the header",
    send: async (scene) => {
      const back = await consent(scene, "google", "gina");
      return { ...back, path: `${back.path}&error=a%0d%0aSet-Cookie:%20a=b` };
    },
    answer: { status: 302, check: (_, { headers }) => assert.ok(!JSON.stringify(headers["set-cookie"] ?? "").includes("a=b")) },
  },
];

const others = [
  {
    name: "the end of another's session",
    send: ({ victim }) => ({ path: "/api/auth/revoke-session", as: "mallory", json: { token: victim.token } }),
    answer: {
      status: 200,
      check: async ({ sql, victim }) =>
        assert.equal((await sql("SELECT 1 FROM session WHERE token = ?", victim.token)).length, 1),
    },
  },
  {
    name: "another's account at a provider",
    send: ({ victim }) => ({
      path: "/api/auth/get-access-token",
      as: "mallory",
      json: { providerId: "google", userId: victim.id },
    }),
    answer: 400,
  },
  {
    name: "the unlinking of another's account",
    send: ({ victim }) => ({
      path: "/api/auth/unlink-account",
      as: "mallory",
      json: { providerId: "credential", accountId: victim.id },
    }),
    answer: [400, 403],
  },
  {
    name: "a new address by updating the user",
    send: () => ({ path: "/api/auth/update-user", as: "mallory", json: { email: "victim@example.test" } }),
    answer: { status: 400, code: "EMAIL_CAN_NOT_BE_UPDATED" },
  },
  {
    name: "a proven address by updating the user",
    send: () => ({ path: "/api/auth/update-user", as: "mallory", json: { name: "n", emailVerified: true, id: "x", credits: 9 } }),
    answer: {
      status: 200,
      check: async ({ sql, mallory }) =>
        assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE id = ?", mallory.id))[0].proven, 0),
    },
  },
  {
    name: "a sign-up with the address of a verified user",
    send: {
      path: "/api/auth/sign-up/email",
      json: { name: "n", email: "proven@example.test", password, emailVerified: true, accountType: "paid", role: "admin" },
    },
    answer: {
      status: 200,
      check: async ({ sql }) =>
        assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE email = 'proven@example.test'"))[0].proven, 0),
    },
  },
  {
    name: "a sign-up with an address in other capitals",
    send: async (scene) => {
      const { email } = await signUp(scene);
      return { path: "/api/auth/sign-up/email", json: { name: "n", email: email.toUpperCase(), password } };
    },
    answer: { status: 422 },
  },
  {
    name: "the deletion of a user, which is switched off",
    send: { path: "/api/auth/delete-user", as: "mallory", json: {} },
    answer: 404,
  },
  {
    name: "a sign-out with another's unsigned token",
    send: ({ victim }) => ({ path: "/api/auth/sign-out", cookie: `${session}=${victim.token}.x`, json: {} }),
    answer: {
      status: 200,
      check: async ({ sql, victim }) =>
        assert.equal((await sql("SELECT 1 FROM session WHERE token = ?", victim.token)).length, 1),
    },
  },
  {
    name: "a password reset without a token",
    send: { path: "/api/auth/reset-password", json: { newPassword: password } },
    answer: { status: 400, code: "INVALID_TOKEN" },
  },
  {
    name: "a password reset with the token of an OAuth state",
    send: async (scene) => ({
      path: "/api/auth/reset-password",
      json: {
        newPassword: password,
        token: new URLSearchParams((await consent(scene, "google", "gina")).path.split("?")[1]).get("state"),
      },
    }),
    answer: 400,
  },
  { name: "migrations without the token", send: { path: "/api/migrate", json: {} }, answer: [401, 404] },
  {
    name: "migrations with an empty token",
    send: { path: "/api/migrate", json: {}, headers: { authorization: "Bearer " } },
    answer: [401, 404],
  },
  {
    name: "a user's bearer token in place of cookies",
    send: ({ victim }) => ({ path: "/api/me", headers: { authorization: `Bearer ${victim.token}` } }),
    answer: 401,
  },
  {
    name: "a wrong password",
    send: async (scene) => ({
      path: "/api/auth/sign-in/email",
      json: { email: (await signUp(scene)).email, password: `${password} ` },
    }),
    answer: 401,
  },
  {
    name: "a password that is the right one 65 times",
    send: async (scene) => ({
      path: "/api/auth/sign-in/email",
      json: { email: (await signUp(scene)).email, password: password.repeat(65) },
    }),
    answer: 401,
  },
  {
    name: "an address that nobody has, as if it were a wrong password",
    send: { path: "/api/auth/sign-in/email", json: { email: "nobody@example.test", password } },
    answer: { status: 401, code: "INVALID_EMAIL_OR_PASSWORD" },
  },
];

siege("forgery", [sessions, caches, tokens, mails, states, others].flat(2));

// Session cookies and session caches that are forged, or were issued to another user.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { base64url } from "./rows.mjs";
import { secret, siege, sign } from "./siege.mjs";

const session = "better-auth.session_token";
const cache = "better-auth.session_data";

// notSignedIn returns rows with an invalid session, which signs no one in, on any route.
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

siege("session", [sessions, caches].flat(2));

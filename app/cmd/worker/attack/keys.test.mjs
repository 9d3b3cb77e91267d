// API keys that are forged, revoked, expired, of another user, sent where none belong, used beyond their scopes, or while they
// are deleted.
import assert from "node:assert/strict";
import { orderOf, textRoute } from "./rows.mjs";
import { frontend, idToken, person, send, siege, signUp } from "./siege.mjs";

const letters = "a".repeat(64);
const refused = (name, headers, code, status = 401) =>
  ["/api/me", "/api/history", "/api/workflows"].map((path) => ({
    name: `${name}, at ${path}`,
    send: (scene) => ({ path, headers: headers(scene) }),
    answer: { status, code },
  }));
const withKey = (key) => ({ "x-api-key": key });

const forged = [
  refused("a forged key", () => withKey(`adr_${letters}`), "INVALID_API_KEY"),
  refused("a forged bearer", () => ({ authorization: `Bearer adr_${letters}` }), "INVALID_API_KEY"),
  refused("a key cut short", ({ keys }) => withKey(keys.all.slice(0, -1)), "INVALID_API_KEY"),
  refused("a key in another case", ({ keys }) => withKey(keys.all.toUpperCase()), "INVALID_API_KEY"),
  refused("a key without its prefix", ({ keys }) => withKey(keys.all.slice(4)), "INVALID_API_KEY"),
  refused("two keys", ({ keys }) => withKey(`${keys.all}, ${keys.all}`), "INVALID_API_KEY"),
  refused("SQL for a key", () => withKey("' OR 1=1 --"), "INVALID_API_KEY"),
  refused("a long text for a key", () => withKey("x".repeat(8000)), "INVALID_API_KEY"),
  refused("a revoked key", ({ keys }) => withKey(keys.revoked), "INVALID_API_KEY"),
  refused("a disabled key", ({ keys }) => withKey(keys.disabled), "KEY_DISABLED"),
  refused("an expired key", ({ keys }) => withKey(keys.expired), "KEY_EXPIRED"),
  refused("a key without scopes", ({ keys }) => withKey(keys.none), "INSUFFICIENT_SCOPE", 403),
];

const misused = [
  {
    name: "a key that may only read, for an order",
    send: ({ keys }) => ({ ...orderOf(textRoute, { prompt: "p" }), as: undefined, headers: withKey(keys.read) }),
    answer: { status: 403, code: "INSUFFICIENT_SCOPE" },
  },
  {
    name: "a key that may only read, for a checkout",
    send: ({ keys }) => ({ path: "/api/credits/checkout", json: { pack: "starter" }, headers: withKey(keys.read) }),
    answer: { status: 403, code: "INSUFFICIENT_SCOPE" },
  },
  {
    name: "a key for another user's generation",
    send: async ({ keys, sql, victim }) => {
      await sql(
        "INSERT OR IGNORE INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('gen-victim', ?, 'image-from-text', 'failed', '{}', 1, 1)",
        victim.id,
      );
      return ["GET", "DELETE"].map((method) => ({ method, path: "/api/history/gen-victim", headers: withKey(keys.all) }));
    },
    answer: 404,
  },
  ...["/api/me?api_key=", "/api/history?key=", "/api/credits?x-api-key="].map((path) => ({
    name: `a key in the URL ${path}`,
    send: ({ keys }) => ({ path: path + keys.all, as: "mallory" }),
    answer: { status: 400, code: "API_KEY_IN_URL" },
  })),
  ...["get-session", "list-sessions", "list-accounts", "account-info?accountId=a", "api-key/list", "api-key/get?id=a"].map(
    (path) => ({
      name: `a key at ${path}`,
      send: ({ keys }) => ({ path: `/api/auth/${path}`, headers: withKey(keys.all) }),
      answer: { status: 403, code: "API_KEY_NOT_ALLOWED" },
    }),
  ),
  ...[
    "api-key/create",
    "api-key/update",
    "api-key/delete",
    "change-email",
    "change-password",
    "delete-user",
    "get-access-token",
    "link-social",
    "refresh-token",
    "revoke-other-sessions",
    "revoke-session",
    "revoke-sessions",
    "unlink-account",
    "update-user",
    "verify-password",
  ].map((path) => ({
    name: `a key at ${path}`,
    send: ({ keys }) => ({ path: `/api/auth/${path}`, json: {}, headers: { authorization: `Bearer ${keys.all}` } }),
    answer: { status: 403, code: "API_KEY_NOT_ALLOWED" },
  })),
  ...[
    ["get", { path: "/api/auth/api-key/get?id=key-victim" }],
    ["update", { path: "/api/auth/api-key/update", json: { keyId: "key-victim", enabled: false } }],
    ["delete", { path: "/api/auth/api-key/delete", json: { keyId: "key-victim" } }],
  ].map(([what, request]) => ({
    name: `another user's key to ${what}`,
    send: async ({ sql, victim }) => {
      await sql(
        "INSERT OR IGNORE INTO apikey (id, key, user_id, created_at, updated_at) VALUES ('key-victim', 'hash', ?, 1, 1)",
        victim.id,
      );
      return { ...request, as: "mallory" };
    },
    answer: {
      status: 404,
      code: "API_KEY_NOT_FOUND",
      check: async ({ sql }) =>
        assert.deepEqual(await sql("SELECT enabled, updated_at FROM apikey WHERE id = 'key-victim'"), [
          { enabled: 1, updated_at: 1 },
        ]),
    },
  })),
  {
    name: "a key made by a page of another site",
    send: { path: "/api/auth/api-key/create", as: "mallory", json: {}, headers: { origin: "https://evil.test" } },
    answer: 403,
  },
];

// keyFor makes a key for a new user.
async function keyFor(scene, body = {}) {
  const who = await person(scene.site);
  const { json } = await send(scene, { path: "/api/auth/api-key/create", cookie: who.cookie, json: body });
  return { who, id: json.id, key: json.key };
}
const uses = (scene, key, count) =>
  Promise.all(Array.from({ length: count }, () => send(scene, { path: "/api/me", headers: withKey(key) })));

const lists = [
  ["2,000 times the same scope", Array(2_000).fill("read"), [400, 413]],
  ["500 times the same scope", Array(500).fill("read"), 200],
  ["a scope that does not exist", ["admin"], 400],
  ["a list", [["read"]], 400],
].map(([name, api, status]) => ({
  name: `a key for ${name}`,
  send: { path: "/api/auth/api-key/create", as: "mallory", json: { permissions: { api } } },
  answer: status,
}));

const owner = [
  {
    name: "a key with which its scope's refusals are asked for, again and again",
    send: async (scene) => {
      const { key } = await keyFor(scene, { remaining: 1, permissions: { api: ["credits"] } });
      await uses(scene, key, 20);
      return { path: "/api/credits", headers: withKey(key) };
    },
    answer: 200,
  },
  {
    name: "a key of whoever registered an address, once its owner comes",
    send: async (scene) => {
      const squatter = await signUp(scene, "gina");
      const { json } = await send(scene, { path: "/api/auth/api-key/create", cookie: squatter.cookie, json: {} });
      assert.equal((await send(scene, { path: "/api/me", headers: withKey(json.key) })).status, 200);
      const owner = { provider: "google", idToken: { token: idToken("gina") } };
      assert.equal((await send(scene, { path: "/api/auth/sign-in/social", json: owner })).status, 200);
      return { path: "/api/me", headers: withKey(json.key) };
    },
    answer: { status: 401, code: "INVALID_API_KEY" },
  },
];

const raced = [
  {
    name: "a key that is used twenty times while it is deleted",
    send: async (scene) => {
      const { who, id, key } = await keyFor(scene);
      const [answers] = await Promise.all([
        uses(scene, key, 20),
        send(scene, { path: "/api/auth/api-key/delete", cookie: who.cookie, json: { keyId: id } }),
      ]);
      assert.ok(
        answers.every(({ status }) => status === 200 || status === 401),
        "before or after",
      );
      return { path: "/api/me", headers: withKey(key) };
    },
    answer: { status: 401, code: "INVALID_API_KEY" },
  },
  {
    name: "a key for three requests that is used twenty times at once",
    send: async (scene) => {
      const { key } = await keyFor(scene, { remaining: 3 });
      const answers = await uses(scene, key, 20);
      assert.equal(answers.filter(({ status }) => status === 200).length, 3);
      return { path: "/api/me", headers: withKey(key) };
    },
    answer: 429,
  },
  {
    name: "a key for an order that is deleted while the order arrives",
    send: async (scene) => {
      const { who, id, key } = await keyFor(scene);
      const order = { ...orderOf(textRoute, { prompt: "p" }), as: undefined, headers: withKey(key) };
      await Promise.all([
        ...Array.from({ length: 5 }, () => send(scene, order)),
        send(scene, { path: "/api/auth/api-key/delete", cookie: who.cookie, json: { keyId: id } }),
      ]);
      return order;
    },
    answer: { status: 401, code: "INVALID_API_KEY" },
  },
  ...["x-api-key", "authorization"].map((header) => ({
    name: `a key in ${header} beside another's cookies, which do not count`,
    send: async (scene) => {
      scene.keyed = await keyFor(scene);
      const value = header === "authorization" ? `bearer ${scene.keyed.key}` : scene.keyed.key;
      return { path: "/api/me", as: "victim", headers: { [header]: value } };
    },
    answer: { status: 200, check: ({ keyed }, { json }) => assert.equal(json.user.id, keyed.who.id) },
  })),
];

// begin makes the keys of the attacker.
async function begin(scene) {
  const { site, mallory, sql } = scene;
  const make = async (body) => {
    const response = await site.get("/api/auth/api-key/create", {
      method: "POST",
      headers: { cookie: mallory.cookie, origin: frontend, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  };

  const [all, read, none, revoked, disabled, expired] = await Promise.all([
    make({}),
    make({ permissions: { api: ["read"] } }),
    make({ permissions: { api: [] } }),
    make({}),
    make({}),
    make({}),
  ]);
  await sql("DELETE FROM apikey WHERE id = ?", revoked.id);
  await sql("UPDATE apikey SET enabled = 0 WHERE id = ?", disabled.id);
  await sql("UPDATE apikey SET expires_at = 1 WHERE id = ?", expired.id);
  scene.keys = Object.fromEntries(
    Object.entries({ all, read, none, revoked, disabled, expired }).map(([name, made]) => [name, made.key]),
  );
}

siege("API keys", [...forged, ...misused, ...lists, ...owner, ...raced], { begin });

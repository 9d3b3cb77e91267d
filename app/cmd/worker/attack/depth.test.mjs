// Values nested so deeply that recursion over them would overflow the stack.
import { createHash, createHmac } from "node:crypto";
import { consent } from "./consent.mjs";
import { idToken, json, secret, siege, sign, signed } from "./siege.mjs";

const depths = [10, 100, 1_000, 6_000, 10_000, 100_000, 1_000_000];

const shapes = {
  arrays: (depth) => "[".repeat(depth) + "]".repeat(depth),
  objects: (depth) => `${'{"a":'.repeat(depth)}0${"}".repeat(depth)}`,
  "both in turn": (depth) => `${'[{"a":'.repeat(depth / 2)}0${"}]".repeat(depth / 2)}`,
};

// rows has a row for each shape; make returns the request for one text. answer is that to the deepest one: the others must only
// not harm the program.
const rows = (place, answer, make) =>
  Object.entries(shapes).map(([shape, nested]) => ({
    name: `${shape} in ${place}`,
    send: (scene) => depths.map((depth) => () => make(nested(depth), scene, depth)),
    answer,
  }));

// A client that is refused while it sends a large body may see its connection closed.
const refused = [0, 400, 413];

// bodies lists places in bodies: a path, and the text around the nested value.
const bodies = [
  ["/api/auth/sign-out", (value) => value],
  ["/api/auth/sign-in/email", (value) => `{"email":${value},"password":"x"}`],
  ["/api/auth/sign-up/email", (value) => `{"name":"n","email":"e@example.test","password":"12345678","image":${value}}`],
  ["/api/auth/sign-in/social", (value) => `{"provider":"google","additionalData":{"a":${value}}}`],
  ["/api/auth/sign-in/social", (value) => `{"provider":"google","scopes":[${value}]}`],
  ["/api/auth/sign-in/social", (value) => `{"provider":"google","idToken":{"token":${value}}}`],
  ["/api/auth/link-social", (value) => `{"provider":"google","additionalData":${value}}`, "mallory"],
  ["/api/auth/update-user", (value) => `{"name":"n","more":${value}}`, "mallory"],
  ["/api/auth/reset-password", (value) => `{"newPassword":"12345678","token":"t","callbackURL":${value}}`],
  ["/api/auth/callback/google", (value) => `{"user":${value}}`],
  ["/api/workflows/image-from-text", (value) => `{"prompt":"p","more":${value}}`, "mallory"],
  ["/api/workflows/image-from-text", (value) => `{"prompt":"p","input":{"messages":[{"content":${value}}]}}`, "mallory"],
  ["/api/workflows/image-from-reference", (value) => `{"prompt":"p","referenceImageUrl":${value}}`, "mallory"],
  ["/api/workflows/video-from-reference", (value) => value, "mallory"],
  ["/api/credits/checkout", (value) => value, "mallory"],
  ["/api/credits/checkout", (value) => `{"pack":"starter","returnUrl":${value}}`, "mallory"],
  ["/api/auth/api-key/create", (value) => `{"permissions":{"api":${value}}}`, "mallory"],
  ["/api/auth/api-key/update", (value) => `{"keyId":"a","name":"n","metadata":${value}}`, "mallory"],
].map(([path, around, as]) =>
  rows(`the body of ${path}: ${around("…")}`, refused, (value) => ({ path, as, body: around(value) })),
);

const base64url = (text) => Buffer.from(text).toString("base64url");

// A request with longer headers is refused before it reaches the Worker, and its connection may be closed.
const tooLong = [0, 400, 414, 431];

const headers = [
  rows("the session cache", 200, (value, _scene, depth) => ({
    path: "/api/auth/get-session",
    as: "mallory",
    cookie: `better-auth.session_data=${base64url(depth > 10_000 ? value.slice(0, 60_000) : value)}`,
  })),
  rows("a session cache that is signed, by the service before", tooLong, (value) => ({
    path: "/api/auth/get-session",
    as: "mallory",
    cookie: `better-auth.session_data=${signedCache(value)}`,
  })),
  rows("chunks of the session cache", 200, (value) => ({
    path: "/api/me",
    as: "mallory",
    cookie: (
      base64url(value)
        .slice(0, 60_000)
        .match(/.{1,3000}/g) ?? []
    )
      .map((part, n) => `better-auth.session_data.${n}=${part}`)
      .join("; "),
  })),
  rows("the cookie of an OAuth state", 302, (value) => ({
    path: "/api/auth/callback/google?state=x&code=y",
    cookie: `better-auth.state=${sign(value.slice(0, 20_000))}`,
  })),
  rows("a query", 414, (value) => ({
    path: `/api/auth/error?error=${encodeURIComponent(value.slice(0, 20_000))}&a${"[a]".repeat(Math.min(value.length, 3_000))}=1`,
  })),
  rows("a path", 414, (value) => ({
    path: `/api/auth/callback/${"a/".repeat(Math.min(value.length, 20_000))}`,
  })),
];

// signedCache returns a session cache with a valid signature and more fields than we write.
function signedCache(value) {
  const content = `{"session":{"token":"t"},"user":{"id":"u","more":${value}},"updatedAt":1,"version":"1"}`;
  const expires = Date.now() + 60_000;
  const signature = createHmac("sha256", secret)
    .update(`${content.slice(0, -1)},"expiresAt":${expires}}`)
    .digest("base64url");
  return base64url(`{"session":${content},"expiresAt":${expires},"signature":"${signature}"}`);
}

// jwt returns a token for verify-email, signed with our secret.
function jwt(header, payload) {
  const text = `${base64url(header)}.${base64url(payload)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

// deepToken returns a genuine token with unneeded claims.
const deepToken = (value) =>
  signed(`${Buffer.from(idToken("gina").split(".")[1], "base64url").toString().slice(0, -1)},"more":${value}}`);

const tokens = [
  rows("the head of an id_token", 413, (value) => ({
    path: "/api/auth/sign-in/social",
    json: { provider: "google", idToken: { token: `${base64url(`{"alg":"RS256","kid":${value}}`)}.e30.e30` } },
  })),
  rows("the claims of an id_token", 413, (value) => ({
    path: "/api/auth/sign-in/social",
    json: { provider: "google", idToken: { token: `${base64url('{"alg":"RS256","kid":"key-1"}')}.${base64url(value)}.e30` } },
  })),
  rows("the claims of an id_token that Google signed", 413, (value) => ({
    path: "/api/auth/sign-in/social",
    json: { provider: "google", idToken: { token: deepToken(value) } },
  })),
  rows("the token of a verification mail", tooLong, (value) => ({
    path: `/api/auth/verify-email?token=${jwt('{"alg":"HS256"}', `{"email":${value}}`)}`,
  })),
];

// a provider's answer around the nested value
const answers = [
  rows("DashScope's answer", 502, (value, { provider }) => {
    provider.ask = () => json(value);
    return { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p" } };
  }),
  rows("DashScope's list of images", 502, (value, { provider }) => {
    provider.ask = () =>
      json(`{"output":{"choices":[{"message":{"content":[{"image":"https://images.example.test/0.png"},{"image":${value}}]}}]}}`);
    return { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p" } };
  }),
  rows("DashScope's usage", 502, (value, { provider }) => {
    provider.ask = () =>
      json(
        `{"output":{"choices":[{"message":{"content":[{"image":"https://images.example.test/0.png"}]}}]},"usage":{"width":${value}}}`,
      );
    return { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p" } };
  }),
  rows("DashScope's error", 502, (value, { provider }) => {
    provider.ask = () => json(`{"code":"InvalidParameter","message":${value}}`, 400);
    return { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p" } };
  }),
  rows("Google's keys", 401, (value, { provider }) => {
    provider.elsewhere = () => json(`{"keys":[${value}]}`);
    return { path: "/api/auth/sign-in/social", json: { provider: "google", idToken: { token: idToken("gina") } } };
  }),
  rows("Google's tokens", 302, async (value, scene) => {
    const back = await consent(scene, "google", "gina");
    scene.provider.elsewhere = () => json(`{"access_token":"a","id_token":"b","more":${value}}`);
    return back;
  }),
  rows("GitHub's profile", 302, async (value, scene) => {
    const back = await consent(scene, "github", "hub");
    scene.provider.elsewhere = (request) =>
      new URL(request.url).pathname === "/user" ? json(`{"id":1,"login":"l","plan":${value}}`) : undefined;
    return back;
  }),
  rows("GitHub's addresses", 302, async (value, scene) => {
    const back = await consent(scene, "github", "hub");
    scene.provider.elsewhere = (request) => (new URL(request.url).pathname === "/user/emails" ? json(`[${value}]`) : undefined);
    return back;
  }),
];

const key = `adr_${"k".repeat(64)}`;
const keyHash = createHash("sha256").update(key).digest("base64url");

const columns = [
  rows("the stored order", 200, async (value, scene, depth) => {
    const id = await generation(scene, value.slice(0, 1_500_000), '{"images":[]}', depth);
    return { path: `/api/history/${id}`, as: "mallory" };
  }),
  rows("the stored answer", 200, async (value, scene, depth) => {
    const id = await generation(scene, '{"referenceKey":"k"}', value.slice(0, 1_500_000), depth);
    return { path: `/api/history/${id}`, as: "mallory" };
  }),
  rows("the parameters of the stored order", 200, async (value, scene, depth) => {
    const id = await generation(scene, `{"referenceKey":"k","parameters":{"more":${value.slice(0, 1_500_000)}}}`, "{}", depth);
    return { path: `/api/history/${id}`, as: "mallory" };
  }),
  rows("the name of the stored reference", 404, async (value, scene, depth) => {
    const id = await generation(scene, `{"more":${value.slice(0, 1_500_000)},"referenceKey":"k"}`, "{}", depth);
    return { path: `/api/history/${id}/reference`, as: "mallory" };
  }),
  rows("the stored permissions of a key", 200, async (value, { sql, mallory }) => {
    await sql(
      "INSERT OR REPLACE INTO apikey (id, key, user_id, permissions, created_at, updated_at) VALUES ('deep', ?, ?, ?, 1, 1)",
      keyHash,
      mallory.id,
      `{"api":${value.slice(0, 1_500_000)}}`,
    );
    return { path: "/api/auth/api-key/list", as: "mallory" };
  }),
  rows("the stored permissions of a key that is used", 403, async (value, { sql, mallory }) => {
    await sql(
      "INSERT OR REPLACE INTO apikey (id, key, user_id, permissions, created_at, updated_at) VALUES ('deep', ?, ?, ?, 1, 1)",
      keyHash,
      mallory.id,
      `{"api":${value.slice(0, 1_500_000)}}`,
    );
    return { path: "/api/me", headers: { "x-api-key": key } };
  }),
  rows("Stripe's event", 400, (value) => signedEvent(`{"id":"e","type":"charge.refunded","data":{"object":{"id":${value}}}}`)),
  rows("the metadata of Stripe's event", 400, (value) =>
    signedEvent(`{"id":"e","type":"checkout.session.completed","data":{"object":{"id":"c","metadata":{"a":${value}}}}}`),
  ),
  rows("the stored OAuth state", 302, async (value, scene, depth) => {
    const state = `state${depth}${value.length}`;
    await scene.sql(
      "INSERT INTO verification (id, identifier, value, expires_at) VALUES (?, ?, ?, ?)",
      state,
      state,
      `{"callbackURL":"/studio","codeVerifier":"v","expiresAt":${Date.now() + 60_000},"link":${value.slice(0, 1_500_000)}}`,
      Math.floor(Date.now() / 1000) + 60,
    );
    return { path: `/api/auth/callback/google?code=gina&state=${state}`, cookie: `better-auth.state=${sign(state)}` };
  }),
];

// signedEvent returns the request with an event that Stripe has signed, as long as one may be.
function signedEvent(whole) {
  const text = whole.slice(0, 120_000);
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", "whsec_stripe-webhook").update(`${at}.${text}`).digest("hex");
  return { path: "/api/credits/stripe", body: text, headers: { "stripe-signature": `t=${at},v1=${mac}`, origin: null } };
}

let generations = 0;
async function generation({ sql, mallory }, input, output) {
  const id = `deep-${++generations}`;
  await sql(
    "INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, created_at, updated_at) VALUES (?, ?, 'image-from-reference', 'succeeded', ?, ?, 1770000000, 1770000000)",
    id,
    mallory.id,
    input,
    output,
  );
  return id;
}

siege("depth", [bodies, headers, tokens, answers, columns].flat(2));

// The Worker with a provider that makes pictures, and users who are signed in: what the tests of the bundle in workerd
// start from. CONTRACT_WORKER names another bundle than dist/worker.mjs.

import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { statements } from "../schema.mjs";
import { workerTarget } from "../targets.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const local = createRequire(path.join(root, "local/package.json"));
export const { Miniflare, Response } = await import(pathToFileURL(local.resolve("miniflare")));
const { Agent } = createRequire(local.resolve("miniflare"))("undici");

// A connection for each request: workerd closes one that rests for five seconds, which a slow machine may notice too late.
const dispatcher = new Agent({ pipelining: 0 });

// send sends a request to a studio.
export const send = (studio, route, init) => fetch(new URL(route, studio.base), { dispatcher, ...init });

export const PUBLIC_URL = "http://localhost:8787";
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const bindings = {
  BETTER_AUTH_SECRET: "worker-test-secret-0123456789abcdefABCDEF",
  BETTER_AUTH_URL: PUBLIC_URL,
  QWEN_API_KEY: "key",
  GOOGLE_CLIENT_ID: "google-id",
  GOOGLE_CLIENT_SECRET: "google-secret",
};

// start serves the Worker on an empty database, with more bindings. image answers the calls to the image host, and
// studio.refusal, if it is set, those to DashScope; the caller stops the studio.
export async function start({
  settings = {},
  image = () => ({ status: 200, headers: { "content-type": "image/png" }, body: PNG }),
} = {}) {
  const studio = { image, orders: [] };
  const answer = async (request) => {
    if (new URL(request.url).hostname.endsWith("aliyuncs.com")) {
      studio.orders.push((await request.arrayBuffer()).byteLength);
      if (studio.refusal) return studio.refusal();
      const content = [{ image: "https://images.example.test/0.png" }];
      return {
        status: 200,
        headers: { "content-type": "application/json", origin: PUBLIC_URL, "cf-connecting-ip": `198.51.100.${++addresses}` },
        body: JSON.stringify({ output: { choices: [{ message: { content } }] } }),
      };
    }
    return studio.image(request);
  };
  const worker = process.env.CONTRACT_WORKER ?? path.join(root, "dist/worker.mjs");
  Object.assign(studio, await workerTarget({ Miniflare, Response, worker, bindings: { ...bindings, ...settings }, answer }));
  for (const sql of statements(path.join(root, "migrations"))) await studio.sql(sql);
  return studio;
}

// Sign-ups are limited by address, so each comes from one of its own.
let addresses = 0;

// signUp makes a user with five credits of each kind, and answers {id, cookie}.
export async function signUp(studio, name) {
  const response = await send(studio, "/api/auth/sign-up/email", {
    method: "POST",
    headers: { "content-type": "application/json", origin: PUBLIC_URL, "cf-connecting-ip": `198.51.100.${++addresses}` },
    body: JSON.stringify({ name, email: `${name}@example.test`, password: "correct horse" }),
  });
  if (!response.ok) throw new Error(`sign-up: ${await response.text()}`);
  const { user } = await response.json();
  await studio.sql(`INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) VALUES ('${user.id}', 5, 5)`);
  return {
    id: user.id,
    cookie: response.headers
      .getSetCookie()
      .map((line) => line.split("; ")[0])
      .join("; "),
  };
}

// call sends a request as a user's browser does.
export const call = (studio, user, method, route, body) =>
  send(studio, route, { method, body, headers: { origin: PUBLIC_URL, cookie: user.cookie } });

export async function credits(studio, user) {
  const [row] = await studio.sql(
    `SELECT credits_product_shoots AS shoots, credits_ad_graphics AS ads FROM user_profile WHERE user_id = '${user.id}'`,
  );
  return [row.shoots, row.ads];
}

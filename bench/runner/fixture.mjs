// The data that every contender starts from, written as the TypeScript service wrote it: a reader with 500 generations,
// one of them with a stored image of 200 KB, and a maker with credits for all the generations of a run.
import { createHmac, randomBytes, scryptSync } from "node:crypto";
import { picture } from "../../local/localtest/dashscope.mjs";
import { migrate } from "../../local/localtest/migrations.mjs";

export const bindings = {
  BETTER_AUTH_SECRET: "bench-secret-0123456789abcdefABCDEF0123",
  BETTER_AUTH_URL: "http://localhost:8787",
  BETTER_AUTH_TRUSTED_ORIGINS: "http://localhost:5173",
  QWEN_API_KEY: "bench-key",
  QWEN_REGION: "sg",
  QWEN_IMAGE_MODEL: "qwen-image-max",
  QWEN_IMAGE_EDIT_MODEL: "qwen-image-edit-max",
  QWEN_TIMEOUT_MS: "45000",
  GOOGLE_CLIENT_ID: "google-id",
  GOOGLE_CLIENT_SECRET: "google-secret",
  GITHUB_CLIENT_ID: "github-id",
  GITHUB_CLIENT_SECRET: "github-secret",
};

export const password = "bench-password";
export const generations = 500;
const credits = 900_000_000; // as many digits after a run as before: answers keep their length

const second = () => Math.floor(Date.now() / 1000);
const began = second() - 3600;
const iso = (seconds) => new Date(seconds * 1000).toISOString();
const hmac = (text, encoding) => createHmac("sha256", bindings.BETTER_AUTH_SECRET).update(text).digest(encoding);
const padded = (name) => name.padEnd(32, "Ab0");

function person(name) {
  const user = {
    name: `${name} Example`,
    email: `${name}@example.test`,
    emailVerified: false,
    image: null,
    createdAt: iso(began),
    updatedAt: iso(began),
    id: padded(name),
  };
  const session = {
    expiresAt: iso(began + 7 * 86_400),
    token: padded(`token${name}`),
    createdAt: iso(began),
    updatedAt: iso(began),
    ipAddress: "",
    userAgent: "bench",
    userId: user.id,
    id: padded(`session${name}`),
  };

  return { user, session };
}

export const reader = person("reader");
export const maker = person("maker");
export const assetId = generationId(generations - 1);

function generationId(index) {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

// cookies signs a person in: with the session token alone, or with a fresh session cache (it lives for five minutes).
export function cookies({ user, session }, { cached }) {
  const token = `better-auth.session_token=${encodeURIComponent(`${session.token}.${hmac(session.token, "base64")}`)}`;
  if (!cached) return token;
  const inner = { session, user, updatedAt: Date.now(), version: "1" };
  const expiresAt = Date.now() + 300_000;
  const signature = hmac(JSON.stringify({ ...inner, expiresAt }), "base64url");
  return `${token}; better-auth.session_data=${Buffer.from(JSON.stringify({ session: inner, expiresAt, signature })).toString("base64url")}`;
}

// seed creates the schema from the project's migrations, and the rows and the object above.
export async function seed(database, bucket) {
  await migrate((statement) => database.prepare(statement).run());
  await database.batch([reader, maker].flatMap((who) => personStatements(database, who)));
  const rows = Array.from({ length: generations }, (_, index) => generationStatement(database, index));
  await database.batch(rows);
  await bucket.put(assetKey(assetId), picture(200_000), { httpMetadata: { contentType: "image/png" } });
}

function personStatements(database, { user, session }) {
  const salt = randomBytes(16).toString("hex");
  const key = scryptSync(password, salt, 64, { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 }).toString("hex");
  const run = (sql, ...values) => database.prepare(sql).bind(...values);

  return [
    run("INSERT INTO user VALUES (?, ?, ?, 0, NULL, ?, ?)", user.id, user.name, user.email, began, began),
    run(
      "INSERT INTO session VALUES (?, ?, ?, ?, ?, '', 'bench', ?)",
      session.id,
      began + 7 * 86_400,
      session.token,
      began,
      began,
      user.id,
    ),
    run(
      "INSERT INTO account (id, account_id, provider_id, user_id, password, created_at, updated_at) VALUES (?, ?, 'credential', ?, ?, ?, ?)",
      padded(`account${user.id.slice(0, 6)}`),
      user.id,
      user.id,
      `${salt}:${key}`,
      began,
      began,
    ),
    run("INSERT INTO user_profile VALUES (?, 'paid', ?, ?, ?, ?)", user.id, credits, credits, began, began),
  ];
}

const assetKey = (id) => `users/${reader.user.id}/generations/${id}/output.png`;

function generationStatement(database, index) {
  const id = generationId(index);
  const prompt = `Studio photo number ${index} of a red running shoe on wet asphalt, soft light from the left, 85 mm`;
  const requestId = `11111111-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const input = { requestId, prompt, parameters: { prompt, n: 1, size: "1328*1328", promptExtend: true, watermark: false } };
  const output = {
    requestId,
    images: [`https://images.example.test/${id}.png?Expires=1&Signature=${"s".repeat(40)}`],
    usage: { imageCount: 1, width: 1328, height: 1328 },
    assetUrl: `/api/history/${id}/asset`,
  };

  return database
    .prepare(
      `INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, provider_request_id, provider_model, r2_key, created_at, updated_at)
     VALUES (?, ?, 'image-from-text', 'succeeded', ?, ?, ?, 'qwen-image-max', ?, ?, ?)`,
    )
    .bind(
      id,
      reader.user.id,
      JSON.stringify(input),
      JSON.stringify(output),
      `provider-${id}`,
      assetKey(id),
      began - generations + index,
      began - generations + index + 9,
    );
}

// image-from-text for a valid request and a provider that succeeds: the path that is measured.
import { env } from "cloudflare:workers";
import { json, unauthorized } from "./answer.mjs";
import { claim, nowSeconds, readUser, sessionStatement } from "./session.mjs";

const workflow = "image-from-text";
const endpoint = "https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation";

export async function imageFromText(request) {
  const who = claim(request);
  const user = who && readUser(await sessionStatement(who.token).all());
  if (!user) return unauthorized();
  const body = await request.json();
  const requestId = crypto.randomUUID();
  const id = crypto.randomUUID();
  const prompt = body.prompt.trim();
  const parameters = { prompt, n: 1, size: body.parameters?.size, promptExtend: true, watermark: false };

  const credits = await begin(id, user.id, JSON.stringify({ requestId, prompt, parameters }));
  if (!credits)
    return json(
      { error: { code: "OUT_OF_CREDITS", message: "You do not have credits remaining for this workflow." }, requestId },
      402,
    );

  const answer = await generate(parameters);
  const images = answer.output.choices[0].message.content.map((part) => part.image);
  const r2Key = await keep(images[0], `users/${user.id}/generations/${id}/output.png`);
  const usage = { imageCount: answer.usage.image_count, width: answer.usage.width, height: answer.usage.height };
  const output = JSON.stringify({ requestId, images, usage, assetUrl: `/api/history/${id}/asset` });
  await finish(id, user.id, answer.request_id, r2Key, images[0], output);
  return json({
    workflow,
    status: "completed",
    requestId,
    generationId: id,
    provider: { name: "qwen", requestId: answer.request_id, model: env.QWEN_IMAGE_MODEL },
    output: { images: images.map((url) => ({ url })), expiresInHours: 24 },
    credits,
    usage,
  });
}

const insertProfile = `
INSERT OR IGNORE INTO user_profile (user_id, account_type, credits_product_shoots, credits_ad_graphics, created_at, updated_at)
VALUES (?, 'free', 1, 1, ?, ?)`;

const insertGeneration = `
INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
SELECT ?, user_id, ?, 'pending', ?, ?, ?
FROM user_profile
WHERE user_id = ? AND credits_product_shoots >= ? AND credits_ad_graphics >= ?`;

const insertDebit = `
INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at)
SELECT ?, user_id, workflow, -1, 'generation_debit', id, created_at
FROM generation
WHERE id = ?`;

const debitBalance = `
UPDATE user_profile
SET credits_product_shoots = credits_product_shoots - ?, credits_ad_graphics = credits_ad_graphics - ?, updated_at = ?
WHERE user_id = ? AND EXISTS (SELECT 1 FROM credit_ledger WHERE id = ?)`;

const selectBegun = `
SELECT credits_product_shoots, credits_ad_graphics, EXISTS (SELECT 1 FROM generation WHERE id = ?) AS begun
FROM user_profile
WHERE user_id = ?`;

// batch runs statements, each [SQL, values…], in one trip.
const batch = (...statements) => env.DB.batch(statements.map(([sql, ...values]) => env.DB.prepare(sql).bind(...values)));

// begin takes a credit and writes the ledger entry and the pending row, all or nothing.
async function begin(id, userId, input) {
  const now = nowSeconds();
  const entry = crypto.randomUUID();
  const results = await batch(
    [insertProfile, userId, now, now],
    [insertGeneration, id, workflow, input, now, now, userId, 1, 0],
    [insertDebit, entry, id],
    [debitBalance, 1, 0, now, userId, entry],
    [selectBegun, id, userId],
  );
  const [row] = results[4].results;
  return row.begun ? { productShoots: row.credits_product_shoots, adGraphics: row.credits_ad_graphics } : undefined;
}

async function generate({ prompt, size }) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `Bearer ${env.QWEN_API_KEY}`, "content-type": "application/json" },
    signal: AbortSignal.timeout(Number(env.QWEN_TIMEOUT_MS)),
    body: JSON.stringify({
      model: env.QWEN_IMAGE_MODEL,
      input: { messages: [{ role: "user", content: [{ text: prompt }] }] },
      parameters: { n: 1, size, prompt_extend: true, watermark: false },
    }),
  });
  if (!response.ok) throw new Error(`the provider answered ${response.status}`);
  return response.json();
}

async function keep(url, key) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the image host answered ${response.status}`);
  await env.GENERATIONS_BUCKET.put(key, response.body, { httpMetadata: { contentType: response.headers.get("content-type") } });
  return key;
}

const completeGeneration = `
UPDATE generation
SET status = 'succeeded', output_json = ?, provider_request_id = nullif(?, ''), provider_model = ?, r2_key = nullif(?, ''), updated_at = ?
WHERE id = ? AND user_id = ? AND status = 'pending'`;

const insertAssets = `
INSERT OR IGNORE INTO generation_asset
  (generation_id, position, source_url, r2_key, content_type, attempts, next_attempt_at, created_at, updated_at)
SELECT generation.id,
  json_extract(image.value, '$.position'),
  json_extract(image.value, '$.sourceUrl'),
  nullif(json_extract(image.value, '$.key'), ''),
  nullif(json_extract(image.value, '$.contentType'), ''),
  json_extract(image.value, '$.attempts'),
  CASE json_extract(image.value, '$.key') WHEN '' THEN ? END,
  ?,
  ?
FROM json_each(?) image
JOIN generation ON generation.id = ? AND generation.status = 'succeeded'`;

function finish(id, userId, providerRequestId, key, url, output) {
  const now = nowSeconds();
  const copies = JSON.stringify([{ position: 0, sourceUrl: url, key, contentType: "image/png", attempts: 1 }]);
  return batch(
    [completeGeneration, output, providerRequestId, env.QWEN_IMAGE_MODEL, key, now, id, userId],
    [insertAssets, null, now, now, copies, id],
    ["SELECT 1 FROM generation WHERE id = ? AND status = 'succeeded'", id],
  );
}

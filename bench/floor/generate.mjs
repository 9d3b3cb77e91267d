// image-from-text for a good request and a provider that answers: the path that is measured.
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
  if (!credits) return json({ error: { code: "OUT_OF_CREDITS", message: "You do not have credits remaining for this workflow." }, requestId }, 402);
  const answer = await generate(parameters);
  const images = answer.output.choices[0].message.content.map((part) => part.image);
  const r2Key = await keep(images[0], `users/${user.id}/generations/${id}/output.png`);
  const usage = { imageCount: answer.usage.image_count, width: answer.usage.width, height: answer.usage.height };
  const output = JSON.stringify({ requestId, images, usage, assetUrl: `/api/history/${id}/asset` });
  await finish(id, answer.request_id, r2Key, images[0], output);
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

// begin takes a credit and writes the ledger entry and the pending row, all or nothing.
async function begin(id, userId, input) {
  const now = nowSeconds();
  const [, , debit] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
       SELECT ?, ?, ?, 'pending', ?, ?, ? WHERE EXISTS (SELECT 1 FROM user_profile WHERE user_id = ? AND credits_product_shoots > 0)`,
    ).bind(id, userId, workflow, input, now, now, userId),
    env.DB.prepare(
      `INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at)
       SELECT ?, ?, ?, -1, 'generation_debit', ?, ? WHERE EXISTS (SELECT 1 FROM generation WHERE id = ?)`,
    ).bind(crypto.randomUUID(), userId, workflow, id, now, id),
    env.DB.prepare(
      `UPDATE user_profile SET credits_product_shoots = credits_product_shoots - 1, updated_at = ?
       WHERE user_id = ? AND EXISTS (SELECT 1 FROM generation WHERE id = ?)
       RETURNING credits_product_shoots AS productShoots, credits_ad_graphics AS adGraphics`,
    ).bind(now, userId, id),
  ]);
  return debit.results[0];
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

function finish(id, providerRequestId, r2Key, url, output) {
  const now = nowSeconds();
  return env.DB.batch([
    env.DB.prepare(
      "UPDATE generation SET status = 'succeeded', provider_request_id = ?, provider_model = ?, r2_key = ?, output_json = ?, updated_at = ? WHERE id = ? AND status = 'pending'",
    ).bind(providerRequestId, env.QWEN_IMAGE_MODEL, r2Key, output, now, id),
    env.DB.prepare(
      "INSERT INTO generation_asset (generation_id, position, source_url, r2_key, content_type, attempts, created_at, updated_at) VALUES (?, 0, ?, ?, 'image/png', 1, ?, ?)",
    ).bind(id, url, r2Key, now, now),
  ]);
}

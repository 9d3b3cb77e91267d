// image-from-text: validation, credit, row, provider, copy to R2, answer.

import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { z } from "zod";
import { requireUser, type SignedIn } from "./auth";
import { balanceOf, refund, reserve } from "./credits";
import { database } from "./database";
import { generate, ProviderError } from "./qwen";
import { generation } from "./schema";

const workflow = "image-from-text";
const sizes = ["1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664"];
const remapped: Record<string, string> = { "1472*1140": "1472*1104", "1140*1472": "1104*1472" };

const seed = z.number().int().min(0).max(2_147_483_647).optional();
const Body = z.object({
  prompt: z.string().optional(),
  size: z.string().optional(),
  n: z.number().int().optional(),
  negative_prompt: z.string().optional(),
  negativePrompt: z.string().optional(),
  seed,
  prompt_extend: z.boolean().optional(),
  promptExtend: z.boolean().optional(),
  watermark: z.boolean().optional(),
  input: z
    .object({
      messages: z
        .array(
          z.object({
            role: z.string().optional(),
            content: z
              .array(z.object({ type: z.string().optional(), text: z.string().optional(), image: z.string().optional() }))
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  parameters: z
    .object({
      n: z.number().int().optional(),
      size: z.string().optional(),
      negative_prompt: z.string().optional(),
      seed,
      prompt_extend: z.boolean().optional(),
      watermark: z.boolean().optional(),
    })
    .optional(),
});

export type Parameters = ReturnType<typeof readParameters>;

export const workflows = new Hono<SignedIn>();

workflows.use(requireUser);
workflows.post("/image-from-text", async (c) => {
  const requestId = crypto.randomUUID();
  const refuse = (status: 400 | 402 | 500 | 502 | 504, error: object, more = {}) => c.json({ error, requestId, ...more }, status);
  const invalid = (message: string) => refuse(400, { code: "INVALID_REQUEST", message });

  const json = await c.req.json().catch(() => undefined);
  if (json === undefined) return invalid("Invalid JSON payload.");
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(`${issue.path.join(".") || "body"}: ${issue.message}`);
  }
  const parameters = readParameters(parsed.data);
  if (!parameters.prompt) return invalid("prompt is required.");
  if (parameters.n !== 1) return invalid("parameters.n must be 1 for image-from-text.");
  if (parameters.size && !sizes.includes(parameters.size)) return invalid(`parameters.size must be one of: ${sizes.join(", ")}.`);
  if (!env.QWEN_API_KEY?.trim())
    return refuse(500, { code: "BACKEND_MISCONFIGURED", message: "QWEN_API_KEY is not configured." });

  const userId = c.get("user").id;
  const credits = await reserve(userId, workflow);
  if (!credits) {
    return refuse(
      402,
      { code: "OUT_OF_CREDITS", message: "You do not have credits remaining for this workflow." },
      { credits: await balanceOf(userId) },
    );
  }
  const id = crypto.randomUUID();
  const now = new Date();
  const inputJson = JSON.stringify({ requestId, prompt: parameters.prompt, parameters });
  await database
    .insert(generation)
    .values({ id, userId, workflow, status: "pending", inputJson, createdAt: now, updatedAt: now });
  try {
    const answer = await generate(parameters);
    const r2Key = await keep(answer.images[0], `users/${userId}/generations/${id}/output`);
    await database
      .update(generation)
      .set({
        status: "succeeded",
        providerRequestId: answer.requestId,
        providerModel: answer.model,
        r2Key,
        outputJson: JSON.stringify({
          requestId,
          images: answer.images,
          usage: answer.usage,
          assetUrl: `/api/history/${id}/asset`,
        }),
        updatedAt: new Date(),
      })
      .where(eq(generation.id, id));
    return c.json({
      workflow,
      status: "completed",
      requestId,
      generationId: id,
      provider: { name: "qwen", requestId: answer.requestId, model: answer.model },
      output: { images: answer.images.map((url) => ({ url })), expiresInHours: 24 },
      credits,
      usage: answer.usage,
    });
  } catch (error) {
    const failure =
      error instanceof ProviderError
        ? error
        : new ProviderError(502, "UPSTREAM_REQUEST_FAILED", "Image provider request failed.");
    await database
      .update(generation)
      .set({ status: "failed", errorCode: failure.code, errorMessage: failure.message, updatedAt: new Date() })
      .where(eq(generation.id, id));
    await refund(userId, workflow);
    return refuse(failure.status, { code: failure.code, message: failure.message, ...failure.provider });
  }
});

// readParameters reads the several places that a client may write a parameter to.
function readParameters(body: z.infer<typeof Body>) {
  const inner = body.parameters;
  const texts = [body.prompt, ...(body.input?.messages?.[0]?.content ?? []).map((part) => part.text)];
  const size = (inner?.size ?? body.size)?.trim() || undefined;
  return {
    prompt: texts.map((text) => text?.trim()).find(Boolean) ?? "",
    n: inner?.n ?? body.n ?? 1,
    size: size && (remapped[size] ?? size),
    negativePrompt: (inner?.negative_prompt ?? body.negative_prompt ?? body.negativePrompt)?.trim() || undefined,
    seed: inner?.seed ?? body.seed,
    promptExtend: inner?.prompt_extend ?? body.prompt_extend ?? body.promptExtend ?? true,
    watermark: inner?.watermark ?? body.watermark ?? false,
  };
}

// keep copies the provider's image, which lives for a day, to the bucket.
async function keep(url: string, path: string) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`image download answered ${response.status}`);
  const contentType = response.headers.get("content-type")?.split(";")[0].trim() || "image/png";
  const key = `${path}.${extension(contentType, url)}`;
  await env.GENERATIONS_BUCKET.put(key, response.body, { httpMetadata: { contentType } });
  return key;
}

function extension(contentType: string, url: string) {
  const known: Record<string, string> = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
  };
  return known[contentType] ?? /\.([a-z0-9]{1,5})$/.exec(new URL(url).pathname)?.[1] ?? "png";
}

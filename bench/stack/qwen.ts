// The DashScope client.
import { env } from "cloudflare:workers";
import type { Parameters } from "./workflows";

const path = "/api/v1/services/aigc/multimodal-generation/generation";

export class ProviderError extends Error {
  constructor(
    readonly status: 502 | 504,
    readonly code: string,
    message: string,
    readonly provider: { providerCode?: string; providerRequestId?: string } = {},
  ) {
    super(message);
  }
}

interface Answer {
  code?: string;
  message?: string;
  request_id?: string;
  output?: { choices?: { message?: { content?: { image?: string }[] } }[] };
  usage?: { image_count?: number; width?: number; height?: number };
}

// generate orders one image and returns where the provider keeps it.
export async function generate(parameters: Parameters) {
  const host = env.QWEN_REGION === "bj" ? "dashscope.aliyuncs.com" : "dashscope-intl.aliyuncs.com";
  const model = env.QWEN_IMAGE_MODEL?.trim() || "qwen-image-max";
  const response = await fetch(`https://${host}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${env.QWEN_API_KEY.trim()}`, "Content-Type": "application/json" },
    signal: AbortSignal.timeout(Number.parseInt(env.QWEN_TIMEOUT_MS || "45000", 10)),
    body: JSON.stringify({
      model,
      input: { messages: [{ role: "user", content: [{ text: parameters.prompt }] }] },
      parameters: {
        n: parameters.n,
        size: parameters.size,
        negative_prompt: parameters.negativePrompt,
        seed: parameters.seed,
        prompt_extend: parameters.promptExtend,
        watermark: parameters.watermark,
      },
    }),
  }).catch((error: Error) => {
    if (error.name === "TimeoutError") throw new ProviderError(504, "UPSTREAM_TIMEOUT", "Image provider request timed out.");
    throw new ProviderError(502, "UPSTREAM_UNAVAILABLE", "Failed to connect to image provider.");
  });
  const answer = await response.json<Answer>().catch(() => ({}) as Answer);
  const requestId = answer.request_id ?? response.headers.get("x-request-id") ?? undefined;
  if (!response.ok || answer.code?.trim()) throw failure(response.status, answer, requestId);
  const images = (answer.output?.choices?.[0]?.message?.content ?? []).flatMap((part) => part.image ?? []);
  if (!images.length)
    throw new ProviderError(502, "UPSTREAM_MALFORMED_RESPONSE", "Image provider returned an invalid response body.", {
      providerRequestId: requestId,
    });
  const { image_count: imageCount, width, height } = answer.usage ?? {};
  const usage = (imageCount ?? width ?? height) ? { imageCount, width, height } : undefined;

  return { model, requestId, images, usage };
}

function failure(status: number, { code, message }: Answer, providerRequestId?: string) {
  const provider = { providerCode: code, providerRequestId };
  if (code === "DataInspectionFailed")
    return new ProviderError(502, "UPSTREAM_POLICY_VIOLATION", "Request was rejected by provider safety checks.", provider);
  if (status >= 500) return new ProviderError(502, "UPSTREAM_UNAVAILABLE", "Image provider is currently unavailable.", provider);

  if (code === "InvalidParameter")
    return new ProviderError(
      502,
      "UPSTREAM_INVALID_PARAMETER",
      message || "Image provider rejected request parameters.",
      provider,
    );

  if (code === "InvalidApiKey")
    return new ProviderError(502, "UPSTREAM_AUTH_ERROR", "Image provider authentication failed.", provider);
  if (status === 429) return new ProviderError(502, "UPSTREAM_RATE_LIMITED", "Image provider rate limit exceeded.", provider);
  return new ProviderError(502, "UPSTREAM_REQUEST_FAILED", message || "Image provider request failed.", provider);
}

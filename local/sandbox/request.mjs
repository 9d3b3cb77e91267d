// Reads what DashScope is asked for, in each of its forms, and refuses what it would refuse.

import { resolutions } from "./video.mjs";

const longest = 60; // seconds of a video
const defaultSize = "1328*1328";
const smallest = 64;
const words = { "1K": 1024, "2K": 2048, "4K": 4096 };

// Refusal becomes an answer in the form of the protocol that was spoken.
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const invalid = (message) => new Refusal(400, "InvalidParameter", message);

// readMessages reads the form with input.messages.
export async function readMessages(request) {
  const body = await readBody(request);
  const parts = body?.input?.messages?.[0]?.content;
  const prompt = Array.isArray(parts) && parts.find((part) => typeof part?.text === "string")?.text;
  if (!prompt) throw invalid("input.messages[0].content needs a text.");

  const references = parts.filter((part) => typeof part?.image === "string").length;
  return { model: String(body.model), prompt, references, ...readParameters(body.parameters ?? {}, String(body.model)) };
}

// readPrompt reads the form with input.prompt, of the older models.
export async function readPrompt(request) {
  const body = await readBody(request);
  const prompt = body?.input?.prompt;
  if (typeof prompt !== "string" || !prompt) throw invalid("input needs a prompt.");
  return { model: String(body.model), prompt, references: 0, ...readParameters(body.parameters ?? {}, String(body.model)) };
}

// readVideo reads the forms of videos: the picture is img_url, or since wan2.7 the first frame of media.
export async function readVideo(request) {
  const body = await readBody(request);
  const { prompt, img_url: older, media } = body?.input ?? {};
  const since = /^wan2\.[0-6]-/.test(body?.model) ? older : media?.find(({ type }) => type === "first_frame")?.url;
  if (typeof prompt !== "string" || !prompt) throw invalid("input needs a prompt.");
  if (!/^(https?:|data:image\/)/.test(since)) throw invalid("input needs a picture, in the form of the model.");

  const { resolution = "720P", duration: seconds = 5 } = body.parameters ?? {};
  if (!resolutions.includes(resolution)) throw invalid(`resolution must be one of ${resolutions.join(", ")}.`);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longest) throw invalid(`duration must be 1 to ${longest}.`);
  return { model: String(body.model), prompt, resolution, seconds };
}

// readCompatible reads OpenAI's form.
export async function readCompatible(request) {
  const body = await readBody(request);
  if (typeof body?.prompt !== "string" || !body.prompt) throw invalid("prompt is missing.");
  const size = body.size?.replace("x", "*");
  return {
    model: String(body.model),
    prompt: body.prompt,
    references: 0,
    ...readParameters({ n: body.n, size }, String(body.model)),
  };
}

async function readBody(request) {
  return request.json().catch(() => {
    throw invalid("The request body is not valid JSON.");
  });
}

function readParameters({ n: count = 1, size = defaultSize }, model) {
  if (!Number.isInteger(count) || count < 1 || count > 6) throw invalid("n must be 1 to 6.");
  return { count, ...readSize(size, model) };
}

// largestOf is the longest side, and the most pixels: the newer models limit only these.
function largestOf(model) {
  if (model.startsWith("wan")) return { side: 8192, pixels: 4096 * 4096 };
  if (/^qwen-image-\d/.test(model)) return { side: 8192, pixels: 2048 * 2048 };
  return { side: 2048, pixels: 2048 * 2048 };
}

function readSize(size, model) {
  const largest = largestOf(model);
  if (words[size]) return { width: words[size], height: words[size] };
  const [, width, height] = /^(\d+)\*(\d+)$/.exec(size) ?? [];
  const sides = [Number(width), Number(height)];
  const fits = sides.every((side) => side >= smallest && side <= largest.side) && sides[0] * sides[1] <= largest.pixels;
  if (fits) return { width: sides[0], height: sides[1] };
  throw invalid(`size must be width*height, each ${smallest} to ${largest.side}, and at most ${largest.pixels} pixels.`);
}

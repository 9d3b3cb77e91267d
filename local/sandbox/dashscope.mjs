// A local replacement for DashScope's image generation: it takes the requests that the API documents, and answers with drawn
// pictures. https://www.alibabacloud.com/help/en/model-studio/qwen-image-api
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generation, refusal } from "./answer.mjs";
import { drawImage } from "./image.mjs";

const generationPath = "/api/v1/services/aigc/multimodal-generation/generation";
const lifetime = 24 * 3600 * 1000;
const defaultSize = "1328*1328";
const smallest = 64;
const largest = 2048;

// Refusal becomes an answer in DashScope's error format.
class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Sandbox draws pictures, and serves each for a day at an address that can't be guessed.
export class Sandbox {
  #dir;

  // dir is where the pictures are kept; origin() is where they are served, such as "http://127.0.0.1:8788".
  constructor(dir, origin) {
    this.#dir = dir;
    this.origin = origin;
  }

  // answer plays DashScope: it takes a Request and returns a Response.
  answer = async (request) => {
    const requestId = randomUUID();
    try {
      const { images, usage } = await this.#generate(request);
      return Response.json(generation(images, { requestId, usage }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Response.json(refusal(error.code, error.message, requestId), { status: error.status });
    }
  };

  // picture returns a picture by its name, as in /sandbox/<name>.png; undefined if there is none or it has expired.
  picture(name) {
    const file = join(this.#dir, `${name}.png`);
    if (!/^[\w-]{22,}$/.test(name) || !existsSync(file) || expired(file)) return undefined;
    return readFileSync(file);
  }

  async #generate(request) {
    if (new URL(request.url).pathname !== generationPath || request.method !== "POST") {
      throw new Refusal(404, "NotFound", "The sandbox answers image generation only.");
    }
    const { model, prompt, width, height, count } = await read(request);
    this.#sweep();

    const images = [];
    for (let index = 0; index < count; index++) {
      images.push(this.#keep(await drawImage({ width, height, prompt, model, index })));
    }
    return { images, usage: { image_count: count, width, height } };
  }

  #keep(picture) {
    const name = randomBytes(24).toString("base64url");
    mkdirSync(this.#dir, { recursive: true });
    writeFileSync(join(this.#dir, `${name}.png`), picture);
    return `${this.origin()}/sandbox/${name}.png`;
  }

  #sweep() {
    if (!existsSync(this.#dir)) return;
    for (const name of readdirSync(this.#dir)) {
      const file = join(this.#dir, name);
      if (expired(file)) rmSync(file, { force: true });
    }
  }
}

const expired = (file) => Date.now() - statSync(file).mtimeMs > lifetime;

async function read(request) {
  const body = await request.json().catch(() => {
    throw new Refusal(400, "InvalidParameter", "The request body is not valid JSON.");
  });

  const parts = body?.input?.messages?.[0]?.content;
  const prompt = Array.isArray(parts) && parts.find((part) => typeof part?.text === "string")?.text;
  if (!prompt) throw new Refusal(400, "InvalidParameter", "input.messages[0].content needs a text.");

  const count = body.parameters?.n ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > 6) throw new Refusal(400, "InvalidParameter", "n must be 1 to 6.");
  return { model: String(body.model), prompt, count, ...readSize(body.parameters?.size ?? defaultSize) };
}

function readSize(size) {
  const [, width, height] = /^(\d+)\*(\d+)$/.exec(size) ?? [];
  const sides = [Number(width), Number(height)];
  if (sides.every((side) => side >= smallest && side <= largest)) return { width: sides[0], height: sides[1] };
  throw new Refusal(400, "InvalidParameter", `size must be width*height, each ${smallest} to ${largest}.`);
}

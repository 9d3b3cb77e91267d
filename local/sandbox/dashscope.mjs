// A local replacement for DashScope's generation of images and videos: it takes the requests that the API documents, waits for pictures or
// makes them in a task, and answers with drawn ones. It fails if it was told to.
// https://www.alibabacloud.com/help/en/model-studio/qwen-image-api
import { randomUUID } from "node:crypto";
import { generation, refusal, usageOf } from "./answer.mjs";
import { Failures, refusalOf } from "./failures.mjs";
import { drawImage } from "./image.mjs";
import { Pictures } from "./pictures.mjs";
import { Refusal, readCompatible, readMessages, readPrompt, readVideo } from "./request.mjs";
import { Tasks } from "./tasks.mjs";
import { drawVideo } from "./video.mjs";

const services = "/api/v1/services/aigc";
const compatiblePath = "/compatible-mode/v1/images/generations";
const tasksPath = "/api/v1/tasks/";
const slowness = 20_000; // milliseconds

// images are the paths where images are asked for, with how to read the request. The older models only make them in a task.
const images = {
  [`${services}/multimodal-generation/generation`]: { read: readMessages },
  [`${services}/image-generation/generation`]: { read: readMessages },
  [`${services}/text2image/image-synthesis`]: { read: readPrompt, onlyTasks: true },
  [`${services}/video-generation/video-synthesis`]: { read: readVideo, onlyTasks: true, video: true },
};

// quotas is what the sandbox says of its limits: per model, as a list that names it.
const models = ["qwen-image-max", "qwen-image-edit-max", "qwen-image-3.0", "qwen-image-3.0-pro", "wan2.7-image", "wan2.6-i2v"];

export class Sandbox {
  #pictures;
  #failures = new Failures();
  #tasks = new Tasks();

  // dir is where the pictures are kept; origin() is where they are served.
  constructor(dir, origin) {
    this.#pictures = new Pictures(dir, origin);
    this.origin = origin;
  }

  // picture returns a picture or a video by the name of its file.
  picture = (name) => this.#pictures.find(name);

  // control answers a call that tells the sandbox to fail.
  control = (call) => this.#failures.control(call);

  // answer plays DashScope: it takes a Request and returns a Response.
  answer = async (request) => {
    const requestId = randomUUID();
    const { pathname } = new URL(request.url);
    const failure = pathname.startsWith(tasksPath) ? {} : this.#failures.take();
    try {
      if (!failure.inTask) await fail(failure.kind);
      if (failure.kind === "malformed") return new Response("<html>", { headers: { "content-type": "text/html" } });
      return Response.json(await this.#route(request, pathname, requestId, failure));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const body = pathname === compatiblePath ? { error: { code: error.code, message: error.message } } : undefined;
      return Response.json(body ?? refusal(error.code, error.message, requestId), { status: error.status });
    }
  };

  async #route(request, pathname, requestId, { kind, inTask: failsInTask }) {
    const route = `${request.method} ${pathname}`;
    const [, id, cancel] = /^\/api\/v1\/tasks\/([\w-]+)(\/cancel)?$/.exec(pathname) ?? [];
    if (id && request.method === (cancel ? "POST" : "GET")) return this.#task(id, cancel, requestId);
    if (route === "GET /api/v1/quotas") return { request_id: requestId, output: { quotas: models.map((model) => ({ model })) } };
    if (route === `POST ${compatiblePath}`) {
      const { urls } = await this.#draw(await readCompatible(request), kind);
      return { id: requestId, created: Math.floor(Date.now() / 1000), data: urls.map((url) => ({ url })) };
    }

    const form = request.method === "POST" && images[pathname];
    if (!form) throw new Refusal(404, "NotFound", "The sandbox answers the generation of images and videos only.");
    const inTask = request.headers.get("x-dashscope-async") === "enable";
    if (form.onlyTasks && !inTask) throw new Refusal(403, "AccessDenied", "current user api does not support synchronous calls.");
    const order = await form.read(request);
    if (inTask) {
      const work = async () => {
        if (failsInTask) await fail(kind);
        return this.#results(order, kind, form);
      };
      return { request_id: requestId, output: this.#tasks.start(work, { lost: kind === "lostTask" }) };
    }
    const { urls, usage } = await this.#draw(order, kind);
    return generation(urls, { requestId, usage });
  }

  #task(id, cancel, requestId) {
    if (!cancel) return { request_id: requestId, ...this.#tasks.find(id) };
    if (this.#tasks.cancel(id)) return { request_id: requestId };
    throw new Refusal(400, "UnsupportedOperation", "Only a task that is pending can be cancelled.");
  }

  // results are what a task ends with, in the form of its path.
  async #results(order, kind, { onlyTasks, video }) {
    if (video) return this.#film(order, kind);
    const { urls, usage } = await this.#draw(order, kind);
    const { output } = onlyTasks ? { output: { results: urls.map((url) => ({ url })) } } : generation(urls);
    return { output, usage };
  }

  async #film(order, kind) {
    this.#pictures.sweep();
    if (kind === "empty") return { output: {} };
    const video = kind === "lostImage" ? undefined : await drawVideo(order);
    const usage = { duration: order.seconds, SR: Number.parseInt(order.resolution, 10), video_count: 1 };
    return { output: { video_url: this.#pictures.keep(video, "mp4") }, usage };
  }

  async #draw({ model, prompt, width, height, count, references }, kind) {
    this.#pictures.sweep();
    const urls = [];
    for (let index = 0; index < (kind === "empty" ? 0 : count); index++) {
      const picture = await drawImage({ width, height, prompt, model, index });
      urls.push(kind === "base64" ? picture.toString("base64") : this.#pictures.keep(kind === "lostImage" ? undefined : picture));
    }
    return { urls, usage: usageOf(model, { count, references, width, height }) };
  }
}

// fail does what a kind of failure asks for before there is an answer.
async function fail(kind) {
  const refused = refusalOf(kind);
  if (refused) throw new Refusal(refused.status, refused.code, refused.message);
  if (kind === "slow") await new Promise((resolve) => setTimeout(resolve, slowness));
  if (kind === "silent") await new Promise(() => {});
}

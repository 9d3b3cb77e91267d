// Videos, against the provider's sandbox, which draws them: through the Worker into the bucket, and from there into Chromium.
import assert from "node:assert/strict";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { imageHost, png } from "../../../../local/localtest/dashscope.mjs";
import { Sandbox } from "../../../../local/sandbox/dashscope.mjs";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { Resident } from "./process.mjs";
import { call, frontend, memory, open, person, resting } from "./site.mjs";

const MB = 1e6;
const dir = mkdtempSync(join(tmpdir(), "addreams-video-"));
const sandbox = new Sandbox(dir, () => `https://${imageHost}`);
after(() => rmSync(dir, { recursive: true, force: true }));

function image(request) {
  const { body, type } = sandbox.picture(new URL(request.url).pathname.replace("/sandbox/", ""));
  return new Response(body, { headers: { "content-type": type, "content-length": String(body.length) } });
}

// page is a page of a frontend, which has nothing on it yet.
const page = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>page</title>"));
await once(page.listen(0, "127.0.0.1"), "listening");
after(() => page.close());
const pageURL = `http://127.0.0.1:${page.address().port}`;

const prices = "film-1=1"; // a second
const bindings = { CREDIT_PRICES: prices, BETTER_AUTH_TRUSTED_ORIGINS: `${frontend},${pageURL}` };
const openFor = async (model) => {
  const site = await open({ ask: sandbox.answer, image, bindings: { ...bindings, QWEN_VIDEO_MODEL: model } });
  after(() => site.stop());
  return site;
};

// reference is the head of a picture of 512 by 512 pixels: nobody looks at more of it here.
const head = Buffer.from(png.subarray(0, 33));
head.writeUInt32BE(512, 16);
head.writeUInt32BE(512, 20);
const reference = `data:image/png;base64,${head.toString("base64")}`;

const begin = (site, who, order) =>
  call(
    site,
    who,
    "POST",
    "/api/workflows/video-from-reference",
    JSON.stringify({ prompt: "it turns", referenceImageUrl: reference, ...order }),
  );

// ended reads a generation until it has ended, as a client would, only more often.
async function ended(site, who, location) {
  for (;;) {
    await site.sql("UPDATE generation_task SET look_at = 1");
    const { item } = await (await call(site, who, "GET", location)).json();
    if (item.status !== "running") return item;
  }
}

const creditsOf = async (site, { id }) =>
  (await site.sql("SELECT credits_ad_graphics AS left FROM user_profile WHERE user_id = ?", id))[0].left;

for (const model of ["wan2.2-i2v-flash", "wan2.5-i2v-preview", "wan2.6-i2v", "wan2.7-i2v", "wan3.0-video"]) {
  test(`${model}: a video is ordered, made, stored, and served in parts`, async () => {
    const site = await openFor(model);
    const who = await person(site);

    const response = await begin(site, who, { resolution: "720P" });

    assert.equal(response.status, 202, await response.clone().text());
    const item = await ended(site, who, response.headers.get("location"));
    assert.deepEqual([item.status, item.durationSeconds, item.providerModel], ["succeeded", 5, model]);
    const asset = new URL(item.assetUrl).pathname;
    const whole = await call(site, who, "GET", asset);
    assert.equal(whole.headers.get("content-type"), "video/mp4");
    assert.equal(Buffer.from(await whole.arrayBuffer()).toString("latin1", 4, 12), "ftypisom");
    const part = await site.get(asset, { headers: { cookie: who.cookie, range: "bytes=4-7" } });
    assert.deepEqual([part.status, await part.text()], [206, "ftyp"]);
    assert.equal(await creditsOf(site, who), 990);
  });
}

test("a task that makes no video gives all credits back", async () => {
  const site = await openFor("wan2.6-i2v");
  for (const kind of ["DataInspectionFailed", "empty", "lostTask"]) {
    const who = await person(site);
    sandbox.control({ method: "POST", path: "/__provider", query: new URLSearchParams({ fail: kind, in: "task" }) });
    const response = await begin(site, who, { duration: 10 });
    assert.equal(response.status, 202, await response.clone().text());
    assert.equal(await creditsOf(site, who), 980);

    assert.equal((await ended(site, who, response.headers.get("location"))).status, "failed", kind);

    assert.equal(await creditsOf(site, who), 1000, kind);
  }
});

const site = await openFor("film-1");
const who = await person(site);
let asset;

test("a video of 60 seconds and more than 50 MB passes the program by", async (t) => {
  const first = await begin(site, who, { duration: 1, resolution: "480P" });
  await ended(site, who, first.headers.get("location")); // everything has been used once
  const response = await begin(site, who, { duration: 60, resolution: "1080P" });
  assert.equal(response.status, 202, await response.clone().text());
  await resting(site);
  const [before, resident] = [await memory(site), new Resident()];

  const item = await ended(site, who, response.headers.get("location"));
  asset = new URL(item.assetUrl).pathname;
  let length = 0;
  for await (const piece of (await call(site, who, "GET", asset)).body) length += piece.length;

  const grown = (await memory(site)).bytes - before.bytes;
  t.diagnostic(`${length / MB} MB stored and served: the program grew by ${grown / MB} MB, workerd by ${resident.grown / MB} MB`);
  assert.ok(length > 50 * MB, `${length}`);
  assert.ok(grown < 4 * MB, `the program grew by ${grown / MB} MB`);
  assert.ok(resident.grown < 300 * MB, "with the simulated R2, which keeps all of it, and what is in front of the Worker");
  assert.equal(await creditsOf(site, who), 1000 - 61);
});

// findChromium returns the path of Chromium; undefined if there is none.
function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const chromium = findChromium();
const skip = !chromium && !process.env.ADDREAMS_TEST_COMPLETE && "it needs Chromium";

test("Chromium plays the stored video, and seeks in it by asking for parts", { skip }, async (t) => {
  const playwright = createRequire(new URL("../../../dbstudio/web/package.json", import.meta.url))("playwright-core");
  const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  t.after(() => browser.close());
  const context = await browser.newContext();
  const [name, value] = who.cookie.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: String(site.url) }]);
  const window = await context.newPage();
  const statuses = [];
  window.on("response", (response) => response.url().includes("/asset") && statuses.push(response.status()));
  await window.goto(pageURL);

  const seen = await window.evaluate(watch, String(new URL(asset, site.url)));

  assert.deepEqual([seen.duration, seen.width, seen.height], [60, 1024, 576]);
  // The bar is white up to the part of the video that has passed, and black behind it.
  assert.deepEqual(seen.bars, { 50.5: [255, 255, 0], 10.5: [255, 0, 0], 59.5: [255, 255, 255] });
  assert.ok(seen.played > 1, "it played");
  assert.ok(statuses.length >= 2 && statuses.every((status) => status === 206), `${statuses}`);

  await window.goto(String(new URL(asset, site.url)));
  await window.waitForFunction(() => document.querySelector("video").duration === 60); // by itself
});

// watch runs in the page. It returns what the video shows at several times, in any order, and how far it plays.
async function watch(address) {
  const video = document.createElement("video");
  document.body.append(video);
  const event = (wanted) =>
    new Promise((resolve, reject) => {
      video.addEventListener(wanted, resolve, { once: true });
      video.addEventListener("error", () => reject(new Error(video.error?.message)), { once: true });
    });
  Object.assign(video, { crossOrigin: "use-credentials", muted: true, preload: "metadata" });
  const loaded = event("loadeddata");
  video.src = address;
  await loaded;

  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d");
  const bars = {};
  for (const time of [50.5, 10.5, 59.5]) {
    const sought = event("seeked");
    video.currentTime = time;
    await sought;
    context.drawImage(video, 0, 0);
    const bar = (part) => context.getImageData(canvas.width * part, canvas.height - 8, 1, 1).data[0];
    bars[time] = [bar(0.1), bar(0.5), bar(0.95)];
  }

  const start = event("seeked");
  video.currentTime = 58;
  await start;
  const end = event("ended");
  await video.play();
  await end;
  return { duration: video.duration, width: video.videoWidth, height: video.videoHeight, bars, played: video.currentTime - 58 };
}

// The models that work in tasks, against the provider's sandbox, which speaks the forms that their documentation has.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { imageHost, png } from "../../../../local/localtest/dashscope.mjs";
import { Sandbox } from "../../../../local/sandbox/dashscope.mjs";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { balance, call, open, signUp } from "./site.mjs";

const dir = mkdtempSync(join(tmpdir(), "addreams-sandbox-"));
const sandbox = new Sandbox(dir, () => `https://${imageHost}`);
after(() => rmSync(dir, { recursive: true, force: true }));

// asked are the paths of the calls, without the tasks' IDs.
let asked = [];

function ask(request) {
  asked.push(`${request.method} ${new URL(request.url).pathname.replace(/(tasks)\/.*/, "$1")}`);
  return sandbox.answer(request);
}

function image(request) {
  const { body, type } = sandbox.picture(new URL(request.url).pathname.replace("/sandbox/", ""));
  return new Response(body, { headers: { "content-type": type } });
}

// reference is the head of a picture of 512 by 512 pixels: nobody looks at more of it here.
function reference() {
  const head = Buffer.from(png.subarray(0, 33));
  head.writeUInt32BE(512, 16);
  head.writeUInt32BE(512, 20);
  return `data:image/png;base64,${head.toString("base64")}`;
}

const services = "/api/v1/services/aigc";
const polls = Array(3).fill("GET /api/v1/tasks"); // pending, running, succeeded

const cases = [
  ["wan2.7-image", "image-from-text", `${services}/image-generation/generation`],
  ["qwen-image-plus", "image-from-text", `${services}/text2image/image-synthesis`],
  ["qwen-image", "image-from-text", `${services}/text2image/image-synthesis`],
];

for (const [model, workflow, path] of cases) {
  test(`${model}, ${workflow}`, async () => {
    const site = await open({ ask, image, bindings: { QWEN_IMAGE_MODEL: model, QWEN_IMAGE_EDIT_MODEL: model } });
    after(() => site.stop());
    const ada = await signUp(site, "ada");
    asked = [];

    const response = await call(site, ada, "POST", `/api/workflows/${workflow}`, JSON.stringify({ prompt: "a shoe" }));

    assert.equal(response.status, 200, await response.clone().text());
    assert.deepEqual(asked, [`POST ${path}`, ...polls]);
    const { generationId, provider, usage } = await response.json();
    assert.equal(provider.model, model);
    assert.equal(usage.imageCount, 1);
    const asset = await call(site, ada, "GET", `/api/history/${generationId}/asset`);
    assert.equal(asset.headers.get("content-type"), "image/png");
    assert.deepEqual(await balance(site, ada), [4, 5]);
  });
}

const site = await open({ ask, image, bindings: { QWEN_IMAGE_MODEL: "wan2.7-image", QWEN_IMAGE_EDIT_MODEL: "wan2.7-image" } });
after(() => site.stop());

test("wan2.7-image, image-from-reference", async () => {
  const bob = await signUp(site, "bob");
  const body = JSON.stringify({ prompt: "a shoe", referenceImageUrl: reference(), n: 2 });

  const response = await call(site, bob, "POST", "/api/workflows/image-from-reference", body);

  assert.equal(response.status, 200, await response.clone().text());
  const { generationId } = await response.json();
  for (const name of ["asset", "assets/1", "reference"]) {
    assert.equal((await call(site, bob, "GET", `/api/history/${generationId}/${name}`)).status, 200, name);
  }
  assert.deepEqual(await balance(site, bob), [5, 4]);
});

// failures are the kinds that the sandbox is told to fail with, and the code that the order then fails with.
const failures = {
  DataInspectionFailed: "UPSTREAM_POLICY_VIOLATION",
  InternalError: "UPSTREAM_UNAVAILABLE",
  empty: "UPSTREAM_MALFORMED_RESPONSE",
  lostTask: "UPSTREAM_REQUEST_FAILED",
};

for (const [kind, code] of Object.entries(failures)) {
  test(`a task that fails gives the credit back: ${kind}`, async () => {
    const who = await signUp(site, `eve-${kind.toLowerCase()}`);
    sandbox.control({ method: "POST", path: "/__provider", query: new URLSearchParams({ fail: kind, in: "task" }) });

    const response = await call(site, who, "POST", "/api/workflows/image-from-text", '{"prompt":"a shoe"}');

    assert.equal(response.status, 502, await response.clone().text());
    assert.equal((await response.json()).error.code, code);
    assert.deepEqual(await balance(site, who), [5, 5]);
  });
}

// Each line of models of images, each region, and each failure of the provider, against its sandbox.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { imageHost, png } from "../../../../local/localtest/dashscope.mjs";
import { Sandbox } from "../../../../local/sandbox/dashscope.mjs";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { account, call, credits, open, order, person } from "./site.mjs";

const dir = mkdtempSync(join(tmpdir(), "addreams-lines-"));
const sandbox = new Sandbox(dir, () => `https://${imageHost}`);
after(() => rmSync(dir, { recursive: true, force: true }));

function image(request) {
  const { body, type } = sandbox.picture(new URL(request.url).pathname.replace("/sandbox/", "")) ?? {};
  return body ? new Response(body, { headers: { "content-type": type } }) : new Response("", { status: 404 });
}

// openWith starts a Worker whose calls to any of the provider's hosts reach the sandbox.
async function openWith(bindings, hosts = []) {
  const ask = (request) => {
    hosts.push(new URL(request.url).hostname);
    return sandbox.answer(request);
  };
  const site = await open({ ask, elsewhere: ask, image, bindings });
  after(() => site.stop());
  return site;
}

const head = Buffer.from(png.subarray(0, 33));
head.writeUInt32BE(512, 16);
head.writeUInt32BE(512, 20);
const reference = `data:image/png;base64,${head.toString("base64")}`;

const lines = {
  "image-from-text": {
    binding: "QWEN_IMAGE_MODEL",
    body: { prompt: "a shoe" },
    models: [
      "qwen-image-max",
      "qwen-image-2.0",
      "qwen-image-2.0-pro",
      "qwen-image-2.1-pro",
      "qwen-image-3.0",
      "qwen-image-3.0-pro",
    ],
  },
  "image-from-reference": {
    binding: "QWEN_IMAGE_EDIT_MODEL",
    body: { prompt: "a shoe", referenceImageUrl: reference },
    models: [
      ...["qwen-image-edit-max", "qwen-image-edit-plus", "qwen-image-edit"],
      ...["qwen-image-2.0", "qwen-image-2.1-pro", "qwen-image-3.0", "qwen-image-3.0-pro"],
    ],
  },
};

const several = /-\d|-edit-/; // models that make more than one image

for (const [workflow, { binding, body, models }] of Object.entries(lines)) {
  for (const model of models) {
    test(`${model}, ${workflow}`, async () => {
      const site = await openWith({ [binding]: model });
      const who = await person(site);
      const count = several.test(model) ? 2 : 1;

      const response = await order(site, who, { workflow, body: { ...body, n: count } });

      assert.equal(response.status, 200, await response.clone().text());
      const { generationId, provider, output, usage } = await response.json();
      assert.equal(provider.model, model);
      assert.deepEqual([output.images.length, usage.imageCount], [count, count]);
      const asset = await call(site, who, "GET", `/api/history/${generationId}/assets/${count - 1}`);
      assert.equal(asset.headers.get("content-type"), "image/png");
      assert.deepEqual((await account(site, who)).ledger, [-1]);
    });
  }
}

const regions = {
  sg: ["dashscope-intl.aliyuncs.com", "ap-southeast-1"],
  bj: ["dashscope.aliyuncs.com", "cn-beijing"],
  us: ["dashscope-us.aliyuncs.com", "us-east-1"],
  hk: ["cn-hongkong.dashscope.aliyuncs.com", "cn-hongkong"],
  de: [undefined, "eu-central-1"],
  jp: [undefined, "ap-northeast-1"],
};

for (const [region, [shared, place]] of Object.entries(regions)) {
  for (const [workspace, host] of Object.entries({ "": shared, "ws-1": `ws-1.${place}.maas.aliyuncs.com` })) {
    if (!host) continue;
    test(`region ${region}${workspace && ", a workspace's host"}`, async () => {
      const hosts = [];
      const site = await openWith({ QWEN_REGION: region, QWEN_WORKSPACE_ID: workspace }, hosts);

      assert.equal((await order(site, await person(site))).status, 200);

      assert.deepEqual(hosts, [host]);
    });
  }
}

const policy = { code: "UPSTREAM_POLICY_VIOLATION" };
const parameter = { code: "UPSTREAM_INVALID_PARAMETER" };
const operator = { code: "UPSTREAM_AUTH_ERROR", operator: true };
const unavailable = { code: "UPSTREAM_UNAVAILABLE", retryable: true };
const limited = { code: "UPSTREAM_RATE_LIMITED", retryable: true };
const malformed = { code: "UPSTREAM_MALFORMED_RESPONSE" };

// failures are what an order fails with, by what the sandbox is told.
const failures = {
  DataInspectionFailed: policy,
  IPInfringementSuspect: policy,
  InvalidParameter: parameter,
  "InvalidParameter.DataInspection": parameter,
  "InvalidImage.FileFormat": parameter,
  "InvalidURL.ConnectionRefused": parameter,
  InvalidApiKey: operator,
  Arrearage: operator,
  AccessDenied: operator,
  "AccessDenied.Unpurchased": operator,
  "Model.AccessDenied": operator,
  "Workspace.AccessDenied": operator,
  ModelNotFound: operator,
  ModelNotExist: operator,
  "Throttling.RateQuota": { ...limited, after: "60" },
  "Throttling.BurstRate": { ...limited, after: "60" },
  "Throttling.AllocationQuota": { code: "UPSTREAM_QUOTA_EXHAUSTED", operator: true },
  Throttling: limited,
  InternalError: unavailable,
  ServiceUnavailable: unavailable,
  "InternalError.Algo": unavailable,
  malformed,
  empty: malformed,
};
const successes = ["lostImage", "base64", "slow"]; // and what no synchronous order meets
const others = ["silent", "lostTask"];

const tell = (kind) => sandbox.control({ method: "POST", path: "/__provider", query: new URLSearchParams({ fail: kind }) });

test("every way in which the sandbox can fail is tried", () => {
  const { kinds } = sandbox.control({ method: "GET", path: "/__provider" });
  assert.deepEqual(kinds.toSorted(), [...Object.keys(failures), ...successes, ...others].toSorted());
});

test("a failure says who must act, and returns the credit", async (t) => {
  const site = await openWith({ QWEN_IMAGE_MODEL: "qwen-image-3.0" });
  for (const [kind, { code, retryable = false, after: pause = null, operator: alerts = false }] of Object.entries(failures)) {
    await t.test(kind, async () => {
      const who = await person(site);
      const logged = site.log.length;
      tell(kind);

      const response = await order(site, who);

      const { error } = await response.json();
      assert.deepEqual([response.status, error.code, error.retryable], [502, code, retryable]);
      assert.equal(response.headers.get("retry-after"), pause);
      assert.equal(site.log.slice(logged).includes("provider_needs_operator"), alerts);
      if (alerts) assert.doesNotMatch(error.message, /sandbox|account|quota exceeded/i);
      assert.deepEqual((await account(site, who)).ledger, [-1, 1]);
    });
  }

  await t.test("an image that is lost, and one that is sent itself, are paid", async () => {
    for (const kind of ["lostImage", "base64"]) {
      const who = await person(site);
      tell(kind);
      assert.equal((await order(site, who)).status, 200);
      assert.equal((await account(site, who)).taken, 1);
    }
  });
});

test("no answer at all is a time-out", async () => {
  const site = await openWith({ QWEN_TIMEOUT_MS: "1000" });
  const who = await person(site, { credits });
  tell("silent");

  const response = await order(site, who);

  assert.equal(response.status, 504);
  assert.equal((await response.json()).error.code, "UPSTREAM_TIMEOUT");
  assert.deepEqual((await account(site, who)).ledger, [-1, 1]);
});

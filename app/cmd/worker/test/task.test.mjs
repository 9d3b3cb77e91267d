// Images that the provider makes in a task: the request waits by the instance's timers, or does not wait at all.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { imageHost } from "../../../../local/localtest/dashscope.mjs";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { balance, call, open, picture, signUp } from "./site.mjs";

let states = []; // what the provider says of the task, one per question; the last one for ever
let asked = 0;

// ask plays a provider that makes one image per task.
function ask(request) {
  const { pathname } = new URL(request.url);
  if (request.headers.get("x-dashscope-async") === "enable") return output({ task_id: "task-1", task_status: "PENDING" });
  if (!pathname.startsWith("/api/v1/tasks/")) return new Response("{}", { status: 400 });
  asked++;
  const status = states.length > 1 ? states.shift() : states[0];
  return output({ task_status: status, results: [{ url: `https://${imageHost}/task.png` }] });
}

const output = (members) => Response.json({ request_id: "r", output: members });

const site = await open({ ask, imageBytes: 1000, bindings: { QWEN_IMAGE_MODEL: "wan2.7-image", QWEN_TIMEOUT_MS: "10000" } });
after(() => site.stop());

const route = "/api/workflows/image-from-text";
const body = '{"prompt":"a shoe"}';

const orderAsync = (who) =>
  site.get(route, {
    method: "POST",
    body,
    headers: { cookie: who.cookie, prefer: "respond-async", "content-type": "application/json" },
  });

test("a request waits for its task", async () => {
  const ada = await signUp(site, "ada");
  states = ["PENDING", "RUNNING", "SUCCEEDED"];
  asked = 0;

  const response = await call(site, ada, "POST", route, body);

  assert.equal(response.status, 200);
  assert.equal(asked, 3);
  const { generationId } = await response.json();
  const asset = await call(site, ada, "GET", `/api/history/${generationId}/asset`);
  assert.deepEqual(new Uint8Array(await asset.arrayBuffer()), picture(1000));
  assert.deepEqual(await balance(site, ada), [4, 5]);
});

test("a request that does not wait is answered at once, and its reader gets the image", async () => {
  const bob = await signUp(site, "bob");
  states = ["SUCCEEDED"];
  asked = 0;

  const response = await orderAsync(bob);

  assert.equal(response.status, 202);
  assert.equal(asked, 0);
  const location = response.headers.get("location");
  await site.sql("UPDATE generation_task SET look_at = 1");
  const { item } = await (await call(site, bob, "GET", location)).json();
  assert.equal(item.status, "succeeded");
  assert.equal((await call(site, bob, "GET", `${location}/asset`)).status, 200);
  assert.deepEqual(await balance(site, bob), [4, 5]);
});

test("what outlives its request is finished by the schedule, and paid once", async () => {
  const eve = await signUp(site, "eve");
  states = ["RUNNING"];
  const late = await call(site, eve, "POST", route, body);
  assert.equal(late.status, 504);
  const { generationId } = await late.json();

  states = ["SUCCEEDED"];
  await site.sql("UPDATE generation_task SET look_at = 1");
  await site.scheduled();

  const asset = await call(site, eve, "GET", `/api/history/${generationId}/asset`);
  assert.deepEqual(new Uint8Array(await asset.arrayBuffer()), picture(1000));
  assert.deepEqual(await balance(site, eve), [4, 5]);
  assert.deepEqual(await site.sql("SELECT task_id FROM generation_task"), []);
});

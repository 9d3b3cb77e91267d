// The Worker's schedule: unfinished generations are finished, or given up and refunded.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Response } from "../../../platform/workers/test/worker.mjs";
import { balance, call, open, picture, signUp } from "./site.mjs";

let image = () => {}; // what answers for the host of the images
const site = await open({ image: () => image(), imageBytes: 1000 });
after(() => site.stop());

test("an image that could not be copied is copied later", async () => {
  const ada = await signUp(site, "ada");
  image = () => new Response("", { status: 503 });
  const made = await call(site, ada, "POST", "/api/workflows/image-from-text", '{"prompt":"a shoe"}');
  assert.equal(made.status, 200);
  const { generationId } = await made.json();
  const asset = `/api/history/${generationId}/asset`;
  assert.equal((await call(site, ada, "GET", asset)).status, 404);

  image = () => {};
  await site.sql("UPDATE generation_asset SET next_attempt_at = 1");
  await site.scheduled();

  const served = await call(site, ada, "GET", asset);
  assert.equal(served.status, 200);
  assert.deepEqual(new Uint8Array(await served.arrayBuffer()), picture(1000));
  assert.deepEqual(await balance(site, ada), [4, 5], "it is paid once");
});

test("what no request works on any more is given up, and refunded once", async () => {
  const bob = await signUp(site, "bob");
  await site.sql(
    `INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
     VALUES ('stale', ?, 'image-from-text', 'pending', '{}', 1770000000, 1770000000)`,
    bob.id,
  );

  await site.scheduled();
  await site.scheduled();

  assert.deepEqual(await site.sql("SELECT status, error_code FROM generation WHERE id = 'stale'"), [
    { status: "failed", error_code: "INTERNAL_SERVER_ERROR" },
  ]);
  assert.deepEqual(await balance(site, bob), [6, 5]);
});

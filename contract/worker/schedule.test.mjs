// The schedule of the Worker: what a request left behind is finished, or given up and refunded.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, credits, PNG, signUp, start } from "./studio.mjs";

let studio;
before(async () => {
  studio = await start();
});
after(async () => {
  await studio.stop();
});

it("copies an image that could not be copied", async () => {
  const ada = await signUp(studio, "ada"),
    works = studio.image;
  studio.image = () => ({ status: 503, headers: {}, body: "" });
  const made = await call(studio, ada, "POST", "/api/workflows/image-from-text", '{"prompt":"a shoe"}');
  assert.equal(made.status, 200);
  const { generationId } = await made.json(),
    asset = `/api/history/${generationId}/asset`;
  assert.equal((await call(studio, ada, "GET", asset)).status, 404);

  studio.image = works;
  await studio.sql("UPDATE generation_asset SET next_attempt_at = 1");
  await studio.scheduled();
  const served = await call(studio, ada, "GET", asset);
  assert.equal(served.status, 200);
  assert.deepEqual(Buffer.from(await served.arrayBuffer()), PNG);
  assert.deepEqual(await credits(studio, ada), [4, 5], "it is paid once");
});

it("gives up what no request works on any more, and refunds it once", async () => {
  const bob = await signUp(studio, "bob");
  await studio.sql(
    `INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('stale', '${bob.id}', 'image-from-text', 'pending', '{}', 1770000000, 1770000000)`,
  );
  await studio.scheduled();
  await studio.scheduled();
  assert.deepEqual(await studio.sql("SELECT status, error_code FROM generation WHERE id = 'stale'"), [
    { status: "failed", error_code: "INTERNAL_SERVER_ERROR" },
  ]);
  assert.deepEqual(await credits(studio, bob), [6, 5]);
});

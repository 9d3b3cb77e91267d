// A large photo of 27 MB of JSON, in an isolate that has 128 MB in all.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Resident } from "./process.mjs";
import { memory, open, order, person, picture, resting } from "./site.mjs";

const MB = 1e6;
const received = []; // bytes of each request to the provider
const site = await open({
  ask: async (request) => {
    let length = 0;
    for await (const piece of request.body) length += piece.length;
    received.push(length);
  },
});
after(() => site.stop());

test("reference photos of 10 MB, sent as the frontend sends them, two at a time, are accepted and kept", async (t) => {
  const who = await person(site);
  const photo = picture(10 * MB);
  const body = clientBody(photo);
  assert.ok(body.length > 26.6 * MB);

  await (await order(site, who)).json(); // everything has been used once
  const [before, resident] = [await memory(site), new Resident()];
  const orders = [1, 2].map(() => order(site, who, { workflow: "image-from-reference", body }));
  for (const response of await Promise.all(orders)) assert.equal(response.status, 200, site.log);

  const grown = (await memory(site)).bytes - before.bytes;
  t.diagnostic(
    `two bodies of ${body.length / MB} MB: the program's memory grew by ${grown / MB} MB, workerd by ${resident.grown / MB} MB`,
  );
  assert.ok(grown < 32 * MB, "of 53 MB that came");
  assert.ok(resident.grown < 256 * MB, "with the simulated R2, which keeps 20 MB of it, and what is in front of the Worker");
  assert.equal(received.filter((length) => length > 13.3 * MB).length, 2, "the provider got the photo");

  const { objects } = await site.bucket.list({ prefix: `users/${who.id}/` });
  const kept = objects.filter(({ key }) => key.includes("/reference."));
  assert.deepEqual(
    kept.map(({ size }) => size),
    [photo.length, photo.length],
  );

  await resting(site);
});

// clientBody returns the body that the web client sends: it contains the picture twice.
function clientBody(photo) {
  const image = `data:image/png;base64,${Buffer.from(photo).toString("base64")}`;
  const prompt = "a poster";

  return JSON.stringify({
    prompt,
    referenceImageUrl: image,
    model: "qwen-image-edit-max",
    input: {
      messages: [
        {
          role: "user",
          content: [
            { type: "image", image },
            { type: "text", text: prompt },
          ],
        },
      ],
    },
    parameters: { n: 1, size: "1024*1024", prompt_extend: true, watermark: false },
  });
}

// Two photos of 10 MB at once, each sent twice in 27 MB of JSON as the frontend sends it, in the memory of one isolate.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, it } from "node:test";
import { call, PNG, signUp, start } from "./studio.mjs";

let studio;
before(async () => { studio = await start(); });
after(async () => { await studio.stop(); });

// photo is a picture of so many bytes, which no other call makes.
function photo(size) {
  const bytes = Buffer.alloc(size, 7);
  PNG.copy(bytes);
  return bytes;
}

function order(picture) {
  const image = `data:image/png;base64,${picture.toString("base64")}`;
  return JSON.stringify({ prompt: "p", referenceImageUrl: image, input: { messages: [{ role: "user", content: [{ type: "image", image }, { type: "text", text: "p" }] }] }, parameters: { n: 1 } });
}

// resident is the memory of workerd, in MB of 10^6 bytes, now and at most so far. Only Linux tells it.
function resident() {
  const pid = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find((name) => {
    try {
      const [, command, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(fs.readFileSync(`/proc/${name}/stat`, "latin1"));
      return Number(parent) === process.pid && command === "workerd";
    } catch { return false; } // it ended meanwhile
  });
  const status = fs.readFileSync(`/proc/${pid}/status`, "latin1");
  const [now, peak] = ["VmRSS", "VmHWM"].map((field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)[1]) * 1024 / 1e6);
  return { now, peak };
}

it("takes two photos of 10 MB at once", async (t) => {
  const ada = await signUp(studio, "ada"), picture = photo(10 << 20), body = order(picture);
  assert.ok(body.length > 27_000_000);
  const send = async () => {
    const response = await call(studio, ada, "POST", "/api/workflows/image-from-reference", body);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()).generationId;
  };
  await call(studio, ada, "POST", "/api/workflows/image-from-reference", order(photo(100)));
  const before = process.platform === "linux" && resident();
  const ids = await Promise.all([send(), send()]);
  if (before) {
    const { now, peak } = resident();
    t.diagnostic(`workerd held ${before.now.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most, ${now.toFixed(0)} MB after`);
    // with the buffers of sockets, D1 and R2, which on Cloudflare are not the isolate's
    assert.ok(peak - before.now < 160, `workerd grew by ${(peak - before.now).toFixed(0)} MB`);
  }
  assert.deepEqual(studio.orders.slice(1).map((length) => length > 13_900_000 && length < 14_100_000), [true, true], "the provider gets the photo once");
  for (const id of ids) {
    const kept = await call(studio, ada, "GET", `/api/history/${id}/reference`);
    assert.ok(picture.equals(Buffer.from(await kept.arrayBuffer())));
  }
});

it("refuses a photo of more, and takes nothing for it", async () => {
  const bob = await signUp(studio, "bob");
  const response = await call(studio, bob, "POST", "/api/workflows/image-from-reference", order(photo((10 << 20) + 1)));
  assert.equal(response.status, 413);
  const [{ ads }] = await studio.sql(`SELECT credits_ad_graphics AS ads FROM user_profile WHERE user_id = '${bob.id}'`);
  assert.equal(ads, 5);
});

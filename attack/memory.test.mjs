// A thousand requests at once, each with the body that costs its route most. What there is no room for is refused, the
// memory stays under its limit, and a bystander's image is made in little more than its usual time.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { flood, request } from "./load.mjs";
import { json, memory, order, person, siege, someAddress } from "./siege.mjs";

const MB = 1 << 20;
const limit = 96 * MB; // the memory's maximum, at which the instance ends
const count = 1_000;

const fill = (around, length) => {
  const room = length - around("").length;
  return around("[{}],".repeat(room / 5 - 1) + "0");
};
const texts = (around, length) => around("x".repeat(length - around("").length));

const auth = 64 << 10;
const bodies = {
  "/api/auth/reset-password": texts((more) => `{"newPassword":"12345678","token":"t","more":"${more}"}`, auth),
  "/api/auth/sign-up/email": texts((more) => `{"email":"e@example.test","name":"n","password":"${more}"}`, auth),
  "/api/auth/sign-in/email": texts((more) => `{"email":"nobody@example.test","password":"${more}"}`, auth),
  "/api/auth/sign-in/social": texts((more) => `{"provider":"nobody","more":"${more}"}`, auth),
  "/api/auth/sign-out": fill((more) => `[${more}]`, auth),
  "/api/auth/callback/google": texts((more) => `{"code":"${more}"}`, auth),
  "/api/auth/request-password-reset": fill((more) => `{"email":[${more}]}`, auth),
};
const ofUsers = {
  "/api/auth/update-user": texts((more) => `{"email":"${more}"}`, auth),
  "/api/auth/change-password": texts((more) => `{"newPassword":"12345678","currentPassword":"${more}"}`, auth),
  "/api/auth/verify-password": texts((more) => `{"password":"${more}"}`, auth),
  "/api/auth/revoke-session": texts((more) => `{"token":"${more}"}`, auth),
  "/api/workflows/image-from-text": texts((more) => `{"n":2,"prompt":"p","more":"${more}"}`, MB - 100),
  "/api/workflows/video-from-reference": fill((more) => `{"prompt":"p","more":[${more}]}`, MB - 100),
  "/api/workflows/image-from-reference": texts((more) => `{"prompt":"p","n":9,"referenceImageUrl":"data:image/png;base64,${more}"}`, 13 * MB),
};

const wait = 2_500; // of the bystander's provider, in milliseconds: a real one takes several times as long

siege("memory", Object.entries({ ...bodies, ...ofUsers }).flatMap(([path, body]) => ["one address", "many addresses"].map((from) => ({
  name: `${count} bodies of ${body.length >> 10} kB at once to ${path}, from ${from}`,
  send: async (scene) => {
    const quiet = await timed(scene);
    const cookie = path in ofUsers ? scene.mallory.cookie : undefined;
    const one = someAddress();
    const loud = timed(scene);
    const seen = await flood(scene, count, () => request({ path, body, cookie, address: from === "one address" ? one : someAddress() }));
    assert.ok(!seen[500], JSON.stringify(seen));
    const { bytes } = await memory(scene.site);
    assert.ok(bytes < limit, `${bytes / MB} MB`);
    const [before, during] = [quiet, await loud];
    console.log(path, from, JSON.stringify(seen), `${bytes / MB} MB`, before, during);
    assert.ok(during < 2 * before, `the bystander waited ${during} ms, and ${before} ms in peace`);
    return { path: "/api/health" };
  },
  answer: 200,
}))), { timeout: 120_000 });

// timed is how long the bystander's image takes, in milliseconds.
async function timed({ site, provider, bystander }) {
  provider.ask = async () => { await new Promise((resolve) => { setTimeout(resolve, wait); }); };
  const began = performance.now();
  const response = await order(site, bystander.who, { workflow: "image-from-reference", body: { prompt: "p", referenceImageUrl: "https://x.test/a.png" } });
  assert.equal(response.status, 200, await response.text());
  return performance.now() - began;
}
void [after, before, describe, it, json, person];

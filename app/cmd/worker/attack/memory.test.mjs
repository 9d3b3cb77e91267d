// A thousand requests at once, each with its route's most expensive body. Those that do not fit are refused, the memory stays
// under its limit, and a bystander's image is made within twice its quiet time.
import assert from "node:assert/strict";
import { flood, head } from "./load.mjs";
import { memory, order, siege, sleep, someAddress } from "./siege.mjs";

const MB = 1 << 20;
const limit = 96 * MB; // the memory's maximum, at which the instance ends
const count = 1_000;
const most = 2; // quiet times that the bystander may wait
const waits = { least: 3_000, most: 10_000 }; // of the bystander's provider, in milliseconds: a real one takes at least as long

// texts and lists fill a body up to a length, with one long text, or with as many values as fit.
const texts = (around, length) => around("x".repeat(length - around("").length));
const lists = (around, length) => around(`${"[{}],".repeat((length - around("").length) / 5 - 1)}0`);

const auth = 64 << 10;
const bodies = {
  "/api/auth/reset-password": texts((more) => `{"newPassword":"12345678","token":"t","more":"${more}"}`, auth),
  "/api/auth/sign-up/email": texts((more) => `{"email":"e@example.test","name":"n","password":"${more}"}`, auth),
  "/api/auth/sign-in/email": texts((more) => `{"email":"nobody@example.test","password":"${more}"}`, auth),
  "/api/auth/sign-in/social": lists((more) => `{"provider":"google","scopes":[${more}]}`, auth),
  "/api/auth/sign-out": lists((more) => `[${more}]`, auth),
  "/api/credits/stripe": lists((more) => `[${more}]`, 128 << 10),
  "/api/auth/callback/google": texts((more) => `{"code":"${more}"}`, auth),
  "/api/auth/request-password-reset": lists((more) => `{"email":[${more}]}`, auth),
  "/api/auth/update-user": texts((more) => `{"email":"${more}"}`, auth),
  "/api/auth/change-password": texts((more) => `{"newPassword":"12345678","currentPassword":"${more}"}`, auth),
  "/api/auth/verify-password": texts((more) => `{"password":"${more}"}`, auth),
  "/api/auth/revoke-session": texts((more) => `{"token":"${more}"}`, auth),
  "/api/workflows/image-from-text": texts((more) => `{"n":2,"prompt":"p","more":"${more}"}`, MB),
  "/api/workflows/video-from-reference": lists((more) => `{"prompt":"p","more":[${more}]}`, MB),
  "/api/workflows/image-from-reference": texts(
    (more) => `{"prompt":"p","n":9,"referenceImageUrl":"data:image/png;base64,iVBORw0KGgoAAAAN${more}"}`,
    13 * MB,
  ),
};
const ofUsers = /workflows|update-user|change-password|verify-password|revoke-session/;

const attacks = [
  ...Object.entries(bodies).map(([path, body]) => ({ path, body, from: "many addresses" })),
  ...["/api/auth/sign-in/email", "/api/auth/sign-out", "/api/auth/reset-password"].map((path) => ({
    path,
    body: bodies[path],
    from: "one address",
  })),
];

siege(
  "memory",
  attacks.map(({ path, body, from }) => ({
    name: `${count} bodies of ${body.length >> 10} kB at once to ${path}, from ${from}`,
    send: async (scene) => {
      let during;
      for (let attempt = 0; attempt < 3; attempt++) {
        if (attempt > 0) await rehearse(scene); // the machine may have become busier
        during = await siegeOnce(scene, { path, body, from });
        if (during < most * scene.quiet) break;
      }
      assert.ok(during < most * scene.quiet, `the bystander waited ${during} ms, and ${scene.quiet} ms in peace`);
      return { path: "/api/health" };
    },
    answer: 200,
  })),
  { begin: rehearse, timeout: 300_000 },
);

async function siegeOnce(scene, { path, body, from }) {
  const cookie = ofUsers.test(path) ? scene.mallory.cookie : undefined;
  const one = someAddress();
  const heads = times(() => head({ path, length: body.length, cookie, address: from === "one address" ? one : someAddress() }));
  const loud = timed(scene);
  const seen = await flood(scene, { heads, body });
  const during = await loud;

  assert.ok(!seen[500], JSON.stringify(seen));
  const { bytes } = await memory(scene.site);
  assert.ok(bytes < limit, `${bytes / MB} MB`);
  if (process.env.VERBOSE)
    console.log(
      `${path} ${from}: ${JSON.stringify(seen)}, ${bytes / MB} MB, ${(during / scene.quiet).toFixed(2)} times ${Math.round(scene.quiet)} ms`,
    );
  return during;
}

const times = (make) => Array.from({ length: count }, make);

// rehearse measures how long the bystander waits without load. The provider's time grows with how much longer the bystander
// waits while as many connections are opened without a request: that difference is due to the machine and the local Cloudflare.
async function rehearse(scene) {
  scene.wait = waits.least;
  const quiet = await timed(scene);
  const loud = timed(scene);
  await flood(scene, {
    heads: times(() => head({ path: "/api/nothing", length: auth, address: someAddress() })),
    body: "x".repeat(auth),
  });
  const crowd = Math.max(0, (await loud) - quiet);
  scene.wait = Math.min(Math.max(waits.least, 2 * crowd), waits.most);
  scene.quiet = Math.min(await timed(scene), await timed(scene));
}

// timed returns how long the bystander's image takes, in milliseconds.
async function timed({ site, provider, bystander, wait }) {
  provider.ask = () => sleep(wait);
  const began = performance.now();
  const response = await order(site, bystander.who, {
    workflow: "image-from-reference",
    body: { prompt: "p", referenceImageUrl: "https://x.test/a.png" },
  });
  assert.equal(response.status, 200, await response.text());
  return performance.now() - began;
}

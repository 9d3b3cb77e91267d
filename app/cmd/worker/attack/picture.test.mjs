// Pictures and histories: what is stored of an order, and who is served what of it.
import assert from "node:assert/strict";
import { orderOf, referenceRoute, textRoute } from "./rows.mjs";
import { Response, send, siege } from "./siege.mjs";

// What the host of the images serves is stored if it is a picture, and served as nothing but one.
const images = [
  ["a page", "text/html", "<script>alert(1)</script>"],
  ["a drawing with a script", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"],
  ["a page that says it is a picture", "image/png", "<html><script>alert(1)</script>"],
  ["a program", "application/javascript", "alert(1)"],
  ["nothing", "image/png", ""],
].map(([name, type, body]) => ({
  name: `an image that is ${name}`,
  send: async (scene) => {
    scene.provider.image = () => new Response(body, { headers: { "content-type": type } });
    const made = await send(scene, orderOf(textRoute, { prompt: "p" }));
    assert.equal(made.status, 200);
    return { path: `/api/history/${made.json.generationId}/asset`, as: "mallory" };
  },
  answer: { status: 404, hasNot: /script|alert/ },
}));

const drawing = (svg) => `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;

const mine = async (
  scene,
  who,
  body = {
    prompt: "p",
    referenceImageUrl: `data:image/png;base64,${Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1").toString("base64")}`,
  },
) => {
  const made = await send(scene, { path: referenceRoute, as: who, json: body });
  assert.equal(made.status, 200, made.text);
  return made.json.generationId;
};
const foreign = [
  ["GET", ""],
  ["DELETE", ""],
  ["GET", "/asset"],
  ["GET", "/assets/0"],
  ["GET", "/reference"],
].map(([method, rest]) => ({
  name: `${method} of another's history${rest}`,
  send: async (scene) => {
    scene.theirs ??= await mine(scene, "victim");
    return { method, path: `/api/history/${scene.theirs}${rest}`, as: "mallory" };
  },
  answer: {
    status: 404,
    check: async (scene) =>
      assert.equal((await scene.sql("SELECT 1 FROM generation WHERE id = ?", scene.theirs)).length, 1, "it is still there"),
  },
}));
const assets = [
  "/assets/-1",
  "/assets/1e1",
  "/assets/0x0",
  "/assets/65536",
  "/assets/99999999999999999999",
  "/assets/..%2f..%2fasset",
  "/assets/%00",
  "/assets/",
  "/asset/",
  "/asset%00",
  "/reference/../../x",
  "/../x/asset",
].map((rest) => ({
  name: `one's own history${rest}`,
  send: async (scene) => {
    scene.own ??= await mine(scene, "mallory");
    return { path: `/api/history/${scene.own}${rest}`, as: "mallory" };
  },
  answer: 404,
}));
const served = [
  {
    name: "a stored picture runs nothing",
    send: async (scene) => ({ path: `/api/history/${await mine(scene, "mallory")}/asset`, as: "mallory" }),
    answer: {
      status: 200,
      headers: { "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox" },
    },
  },
  {
    name: "a reference that is a drawing with a script, and says it is a picture",
    send: {
      path: referenceRoute,
      as: "mallory",
      json: { prompt: "p", referenceImageUrl: drawing("<svg><script>alert(1)</script></svg>") },
    },
    answer: { status: 400, has: /in no format that the image models take/ },
  },
  {
    name: "a stored reference that may be a drawing runs nothing",
    send: async (scene) => ({
      path: `/api/history/${await mine(scene, "mallory", { prompt: "p", referenceImageUrl: drawing("<svg>") })}/reference`,
      as: "mallory",
    }),
    answer: {
      status: 200,
      headers: {
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "content-type": "application/octet-stream",
      },
    },
  },
  {
    name: "an object of another by a forged key in one's own row",
    send: async (scene) => {
      const id = await mine(scene, "mallory");
      return { path: `/api/history/${id}?r2_key=users/${scene.victim.id}/x`, as: "mallory" };
    },
    answer: { status: 200, hasNot: /victim/ },
  },
];

siege("picture", [images, foreign, assets, served].flat());

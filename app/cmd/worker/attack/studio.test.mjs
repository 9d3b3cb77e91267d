// Orders, images and histories: what costs credits, what is fetched, what is stored and what is served.
import assert from "node:assert/strict";
import { json, person, Response, send, siege } from "./siege.mjs";

const text = "/api/workflows/image-from-text",
  reference = "/api/workflows/image-from-reference",
  video = "/api/workflows/video-from-reference";
const order = (path, body, more = {}) => ({
  path,
  as: "mallory",
  ...(typeof body === "string" ? { body } : { json: body }),
  ...more,
});

// free checks that a row costs no credit.
const free = (row) => ({
  ...row,
  send: async (scene) => {
    scene.before = await credits(scene);
    return typeof row.send === "function" ? row.send(scene) : row.send;
  },
  answer: {
    ...(typeof row.answer === "object" && !Array.isArray(row.answer) ? row.answer : { status: row.answer }),
    check: async (scene, answer) => {
      assert.equal(await credits(scene), scene.before, "no credit is spent");
      await row.answer.check?.(scene, answer);
    },
  },
});
const credits = async ({ sql, mallory }) =>
  (await sql("SELECT credits_product_shoots + credits_ad_graphics AS left FROM user_profile WHERE user_id = ?", mallory.id))[0]
    .left;

const references = [
  "javascript:alert(1)",
  "file:///etc/passwd",
  "ftp://x.test/a.png",
  "data:text/html;base64,AAAA",
  "data:image/png,AAAA",
  "data:image/png;base64,",
  "data:image/png;base64,!!!",
  "data:image/png;charset=x;base64,AAAA",
  "data:image/../../x;base64,AAAA",
  "//x.test/a.png",
  "http://",
  "http://[::1",
  "http://a b.test",
  "http://x.test:99999/",
  "https://%00.test",
  " ",
  "x",
  "blob:https://x.test/1",
  "data:image/svg xml;base64,AAAA",
].map((url) =>
  free({
    name: `the reference ${JSON.stringify(url)}`,
    send: order(reference, { prompt: "p", referenceImageUrl: url }),
    answer: 400,
  }),
);

// A URL is passed on to the provider. We never fetch it, whatever its target.
const inner = [
  "http://127.0.0.1/a.png",
  "http://169.254.169.254/latest/meta-data",
  "http://localhost:8787/api/me",
  "http://[::1]/",
  "http://0x7f.1/",
  "http://2130706433/",
  "https://metadata.google.internal/",
  "http://10.0.0.1/",
].map((url) => ({
  name: `a reference inside of a network: ${url}`,
  send: ({ provider }) => {
    provider.elsewhere = (request) => {
      provider.asked = request.url;
      return new Response("no", { status: 500 });
    };
    return order(reference, { prompt: "p", referenceImageUrl: url });
  },
  answer: { status: [200, 400], check: ({ provider }) => assert.equal(provider.asked, undefined, "nothing of ours went there") },
}));

const orders = [
  ["without a prompt", text, {}, 400],
  ["with a blank prompt", text, { prompt: " \u00a0\u2028" }, 400],
  ["of two images", text, { prompt: "p", n: 2 }, 400],
  ["of no image", text, { prompt: "p", n: 0 }, 400],
  ["of minus one image", text, { prompt: "p", n: -1 }, 400],
  ["of half an image", text, { prompt: "p", n: 1.5 }, 400],
  ["of infinitely many", text, '{"prompt":"p","n":1e999}', 400],
  ["of a text's number", text, { prompt: "p", n: "1" }, 400],
  ["of seven images", reference, { prompt: "p", referenceImageUrl: "https://x.test/a.png", n: 7 }, 400],
  ["of another size", text, { prompt: "p", size: "1*1" }, 400],
  ["of a huge size", reference, { prompt: "p", referenceImageUrl: "https://x.test/a.png", size: "99999*99999" }, 400],
  ["of a size with an end", reference, { prompt: "p", referenceImageUrl: "https://x.test/a.png", size: "512*512\n" }, [200, 400]],
  ["with a seed beyond all", text, { prompt: "p", seed: 2 ** 31 }, 400],
  ["with a seed below zero", text, { prompt: "p", seed: -1 }, 400],
  ["with a list as the prompt", text, { prompt: ["p"] }, 400],
  ["with null", text, "null", 400],
  ["that is empty", text, "", 400],
  ["that is cut", text, '{"prompt":"p"', 400],
  ["that is two", text, '{"prompt":"p"}{"prompt":"p"}', 400],
  ["of bytes that are no text", text, Buffer.from([0x22, 0xff, 0xfe]), 400],
  ["with a comment", text, '{"prompt":"p"/**/}', 400],
  ["with a prompt of 600 kB", text, { prompt: "p".repeat(600_000) }, 413],
  [
    "with texts of more than a megabyte",
    reference,
    {
      prompt: "p".repeat(500_000),
      negative_prompt: "p".repeat(500_000),
      size: "p".repeat(500_000),
      referenceImageUrl: "https://x.test/a.png",
    },
    413,
  ],
  ["of more values than any client needs", text, `{"prompt":"p","more":[${"0,".repeat(20_000)}0]}`, 413],
  ["with a number of a megabyte", text, `{"prompt":"p","n":${"1".repeat(1_000_000)}}`, 413],
  ["of more than a megabyte", text, `{"prompt":"p","more":"${"x".repeat(1_100_000)}"}`, 413],
  [
    "with two photos",
    reference,
    {
      prompt: "p",
      referenceImageUrl: `data:image/png;base64,${"AAAA".repeat(30_000)}`,
      input: { messages: [{ role: "user", content: [{ image: `data:image/png;base64,${"BBBB".repeat(30_000)}` }] }] },
    },
    400,
  ],
  [
    "with a photo of 11 MB",
    reference,
    { prompt: "p", referenceImageUrl: `data:image/png;base64,${"AAAA".repeat(15 << 18)}` },
    413,
  ],
  ["of a video", video, { prompt: "p", referenceImageUrl: "https://x.test/a.png" }, 501],
  ["of a video without a prompt", video, {}, 400],
  ["of something else", "/api/workflows/image-from-nothing", { prompt: "p" }, 404],
].map(([name, path, body, status]) =>
  status === 501 || [status].flat().includes(200)
    ? { name: `an order ${name}`, send: order(path, body), answer: status }
    : free({
        name: `an order ${name}`,
        send: order(
          path,
          typeof body === "object" && !Buffer.isBuffer(body) ? body : body,
          Buffer.isBuffer(body) ? { json: undefined, body } : {},
        ),
        answer: status,
      }),
);

const paying = [
  { name: "orders without a session", send: { path: text, json: { prompt: "p" } }, answer: 401 },
  {
    name: "an order with a session that has been revoked, and a cache that has not",
    send: async (scene) => {
      scene.gone = await person(scene.site);
      const { headers } = await send(scene, { path: "/api/auth/get-session", cookie: scene.gone.cookie });
      await scene.sql("DELETE FROM session WHERE user_id = ?", scene.gone.id);
      return {
        path: text,
        cookie: `${scene.gone.cookie}; ${headers["set-cookie"].map((line) => line.split(";")[0]).join("; ")}`,
        json: { prompt: "p" },
      };
    },
    answer: 401,
  },
  {
    name: "twenty orders at once with one credit",
    send: async (scene) => {
      const poor = await person(scene.site, { credits: 1 });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => send(scene, { path: text, cookie: poor.cookie, json: { prompt: "p" } })),
      );
      assert.deepEqual(
        [answers.filter(({ status }) => status === 200).length, answers.filter(({ status }) => status === 402).length],
        [1, 19],
      );
      return { path: text, cookie: poor.cookie, json: { prompt: "p" } };
    },
    answer: { status: 402, code: "OUT_OF_CREDITS" },
  },
  ...[
    ["refuses", () => json({ code: "DataInspectionFailed", message: "no" }, 400)],
    ["fails", () => new Response("no", { status: 503 })],
    ["answers with a page", () => new Response("<html>", { status: 200 })],
    ["answers nothing", () => new Response(null, { status: 200 })],
    ["answers with 2 MB", () => new Response("[".repeat(2_000_000))],
    ["lists no image", () => json({ output: { choices: [] } })],
    ["tells a long message", () => json({ code: "InvalidParameter", message: "x".repeat(900_000) }, 400)],
  ].map(([name, ask]) =>
    free({
      name: `an order whose provider ${name}`,
      send: ({ provider }) => {
        provider.ask = ask;
        return order(text, { prompt: "p" });
      },
      answer: { status: 502, check: (_, { text: said }) => assert.ok(said.length < 10_000, "the answer is short") },
    }),
  ),
];

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
    const made = await send(scene, order(text, { prompt: "p" }));
    assert.equal(made.status, 200);
    return { path: `/api/history/${made.json.generationId}/asset`, as: "mallory" };
  },
  answer: { status: 404, hasNot: /script|alert/ },
}));

const mine = async (
  scene,
  who,
  body = {
    prompt: "p",
    referenceImageUrl: `data:image/png;base64,${Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1").toString("base64")}`,
  },
) => {
  const made = await send(scene, { path: reference, as: who, json: body });
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
    name: "a stored reference that is a page runs nothing",
    send: async (scene) => ({
      path: `/api/history/${await mine(scene, "mallory", { prompt: "p", referenceImageUrl: `data:image/svg+xml;base64,${Buffer.from("<svg><script>alert(1)</script></svg>").toString("base64")}` })}/reference`,
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

siege("studio", [references, inner, orders, paying, images, foreign, assets, served].flat());

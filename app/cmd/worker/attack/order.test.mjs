// Orders that are invalid, that try to spend what is not there, or whose provider fails: what costs credits, and what is fetched.
import assert from "node:assert/strict";
import { orderOf, referenceRoute, textRoute, videoRoute } from "./rows.mjs";
import { json, person, Response, send, siege } from "./siege.mjs";

// free returns the row with a check that it costs no credit.
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
  `data:image/png;base64,${Buffer.from("not a picture").toString("base64")}`,
].map((url) =>
  free({
    name: `the reference ${JSON.stringify(url)}`,
    send: orderOf(referenceRoute, { prompt: "p", referenceImageUrl: url }),
    answer: 400,
  }),
);

// A URL is passed on to the provider. Nothing of ours fetches it, wherever it leads.
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
    return orderOf(referenceRoute, { prompt: "p", referenceImageUrl: url });
  },
  answer: { status: 200, check: ({ provider }) => assert.equal(provider.asked, undefined, "nothing of ours went there") },
}));

const orders = [
  ["without a prompt", textRoute, {}, 400],
  ["with a blank prompt", textRoute, { prompt: " \u00a0\u2028" }, 400],
  ["of two images", textRoute, { prompt: "p", n: 2 }, 400],
  ["of no image", textRoute, { prompt: "p", n: 0 }, 400],
  ["of minus one image", textRoute, { prompt: "p", n: -1 }, 400],
  ["of half an image", textRoute, { prompt: "p", n: 1.5 }, 400],
  ["of infinitely many", textRoute, '{"prompt":"p","n":1e999}', 400],
  ["of a text's number", textRoute, { prompt: "p", n: "1" }, 400],
  ["of seven images", referenceRoute, { prompt: "p", referenceImageUrl: "https://x.test/a.png", n: 7 }, 400],
  ["of another size", textRoute, { prompt: "p", size: "1*1" }, 400],
  ["of a huge size", referenceRoute, { prompt: "p", referenceImageUrl: "https://x.test/a.png", size: "99999*99999" }, 400],
  ["of a size with an end", referenceRoute, { prompt: "p", referenceImageUrl: "https://x.test/a.png", size: "512*512\n" }, 200],
  ["with a seed beyond all", textRoute, { prompt: "p", seed: 2 ** 31 }, 400],
  ["with a seed below zero", textRoute, { prompt: "p", seed: -1 }, 400],
  ["with a list as the prompt", textRoute, { prompt: ["p"] }, 400],
  ["with null", textRoute, "null", 400],
  ["that is empty", textRoute, "", 400],
  ["that is cut", textRoute, '{"prompt":"p"', 400],
  ["that is two", textRoute, '{"prompt":"p"}{"prompt":"p"}', 400],
  ["of bytes that are no text", textRoute, Buffer.from([0x22, 0xff, 0xfe]), 400],
  ["with a comment", textRoute, '{"prompt":"p"/**/}', 400],
  ["with a prompt of 600 kB", textRoute, { prompt: "p".repeat(600_000) }, 413],
  [
    "with texts of more than a megabyte",
    referenceRoute,
    {
      prompt: "p".repeat(500_000),
      negative_prompt: "p".repeat(500_000),
      size: "p".repeat(500_000),
      referenceImageUrl: "https://x.test/a.png",
    },
    413,
  ],
  ["of more values than any client needs", textRoute, `{"prompt":"p","more":[${"0,".repeat(20_000)}0]}`, 413],
  ["with a number of a megabyte", textRoute, `{"prompt":"p","n":${"1".repeat(1_000_000)}}`, 413],
  ["of more than a megabyte", textRoute, `{"prompt":"p","more":"${"x".repeat(1_100_000)}"}`, 413],
  [
    "with two photos",
    referenceRoute,
    {
      prompt: "p",
      referenceImageUrl: `data:image/png;base64,iVBORw0KGgoA${"AAAA".repeat(30_000)}`,
      input: { messages: [{ role: "user", content: [{ image: `data:image/png;base64,iVBORw0KGgoA${"BBBB".repeat(30_000)}` }] }] },
    },
    400,
  ],
  [
    "with a photo of 11 MB",
    referenceRoute,
    { prompt: "p", referenceImageUrl: `data:image/png;base64,${"AAAA".repeat(15 << 18)}` },
    413,
  ],
  ["of a video", videoRoute, { prompt: "p", referenceImageUrl: "https://x.test/a.png" }, 501],
  ["of a video without a prompt", videoRoute, {}, 400],
  ["of something else", "/api/workflows/image-from-nothing", { prompt: "p" }, 404],
].map(([name, path, body, status]) => {
  const row = { name: `an order ${name}`, send: orderOf(path, body), answer: status };
  return status === 501 || status === 200 ? row : free(row);
});

const paying = [
  { name: "orders without a session", send: { path: textRoute, json: { prompt: "p" } }, answer: 401 },
  {
    name: "an order with a session that has been revoked, and a cache that has not",
    send: async (scene) => {
      scene.gone = await person(scene.site);
      const { headers } = await send(scene, { path: "/api/auth/get-session", cookie: scene.gone.cookie });
      await scene.sql("DELETE FROM session WHERE user_id = ?", scene.gone.id);
      return {
        path: textRoute,
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
        Array.from({ length: 20 }, () => send(scene, { path: textRoute, cookie: poor.cookie, json: { prompt: "p" } })),
      );
      assert.deepEqual(
        [answers.filter(({ status }) => status === 200).length, answers.filter(({ status }) => status === 402).length],
        [1, 19],
      );
      return { path: textRoute, cookie: poor.cookie, json: { prompt: "p" } };
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
        return orderOf(textRoute, { prompt: "p" });
      },
      answer: { status: 502, check: (_, { text: said }) => assert.ok(said.length < 10_000, "the answer is short") },
    }),
  ),
];

siege("order", [references, inner, orders, paying].flat());

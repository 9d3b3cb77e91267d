// Videos, which a provider makes in minutes: orders that would cost less than nothing, clients that ask too often, and a provider
// whose videos are elsewhere.
import assert from "node:assert/strict";
import { png } from "../../../../local/localtest/dashscope.mjs";
import { orderOf, videoRoute } from "./rows.mjs";
import { json, Response, send, siege } from "./siege.mjs";

let tasks = 0;
// plays makes the provider take orders of videos, and answer each question about a task with an output. It counts the questions.
function plays({ provider }, output) {
  const asked = { count: 0 };
  provider.ask = (_text, request) => {
    if (!new URL(request.url).pathname.includes("/tasks/"))
      return json({ request_id: "r", output: { task_id: `task-${++tasks}`, task_status: "PENDING" } });
    asked.count++;
    return json({ request_id: "r", output: { task_id: "t", task_status: "RUNNING", ...output } });
  };
  provider.elsewhere = () => {
    asked.elsewhere = true;
    return new Response("no", { status: 404 });
  };
  return asked;
}

// head is that of a picture of 512 by 512 pixels, by which it is judged.
const head = Buffer.from(png.subarray(0, 33));
head.writeUInt32BE(512, 16);
head.writeUInt32BE(512, 20);
const reference = `data:image/png;base64,${head.toString("base64")}`;
const order = (more = {}) => orderOf(videoRoute, { prompt: "p", referenceImageUrl: reference, duration: 5, ...more });

// begun orders a video whose task is due to be looked at, and returns its path.
async function begun(scene, output, as = "mallory") {
  scene.asked = plays(scene, output);
  const answer = await send(scene, { ...order(), as });
  assert.equal(answer.status, 202, answer.text);
  await scene.sql("UPDATE generation_task SET look_at = 1");
  return answer.headers.location;
}

const creditsOf = async ({ sql, mallory }) =>
  (await sql("SELECT credits_ad_graphics AS has FROM user_profile WHERE user_id = ?", mallory.id))[0].has;

// pays is a row after which the attacker has so many credits less.
const pays = (cost, { name, send, answer }) => {
  let before;
  return {
    name,
    send: async (scene) => {
      before = await creditsOf(scene);
      return send(scene);
    },
    answer: {
      ...answer,
      check: async (scene, answered) => {
        assert.equal(before - (await creditsOf(scene)), cost, "credits that were taken");
        await answer.check?.(scene, answered);
      },
    },
  };
};

const lengths = [-5, -1e308, 0, 1e308, 1e9, 0.1, "-5", [-5], { a: 1 }, true].map((duration) =>
  pays(0, {
    name: `a video of ${JSON.stringify(duration)} seconds`,
    send: (scene) => {
      plays(scene, {});
      return order({ duration });
    },
    answer: { status: 400 },
  }),
);

// What is fetched for an order with a URL.
const references = [
  "https://127.0.0.1/a.png",
  "https://[::1]/a.png",
  "https://169.254.169.254/latest/meta-data/",
  "https://localhost/a.png",
  "http://x.test/a.png",
  "https://user@x.test/a.png",
  "https://0x7f000001/a.png",
  "https://2130706433/a.png",
  "https://intranet/a.png",
].map((referenceImageUrl) =>
  pays(0, {
    name: `a reference at ${referenceImageUrl}`,
    send: (scene) => {
      scene.asked = plays(scene, {});
      return order({ referenceImageUrl });
    },
    answer: { status: 400, check: ({ asked }) => assert.equal(asked.elsewhere, undefined, "nothing went there") },
  }),
);

const hosts = [
  ["a redirect", () => new Response("", { status: 302, headers: { location: "https://127.0.0.1/a.png" } }), 400],
  ["a page", () => new Response("<html>", { headers: { "content-type": "image/png" } }), 400],
  ["30 MB", () => new Response(Buffer.concat([head, Buffer.alloc(30 << 20)])), 413],
].map(([what, answer, status]) =>
  pays(0, {
    name: `a reference whose host sends ${what}`,
    send: (scene) => {
      plays(scene, {});
      scene.provider.elsewhere = answer;
      return order({ referenceImageUrl: "https://x.test/a.png" });
    },
    answer: { status },
  }),
);

const places = [
  "http://images.example.test/a.mp4",
  "https://127.0.0.1/a.mp4",
  "https://169.254.169.254/a.mp4",
  "https://evil.test/a.mp4",
  "https://user@images.example.test/a.mp4",
  "file:///a.mp4",
  "",
].map((url) =>
  pays(0, {
    name: `a provider whose video is at ${JSON.stringify(url)}`,
    send: async (scene) => ({ path: await begun(scene, { task_status: "SUCCEEDED", video_url: url }), as: "mallory" }),
    answer: {
      status: 200,
      check: ({ asked }, { json }) => {
        assert.equal(json.item.status, "failed");
        assert.equal(asked.elsewhere, undefined, "nothing of ours went there");
      },
    },
  }),
);

const crowds = [
  pays(5, {
    name: "a video that is asked for fifty times at once",
    send: async (scene) => {
      const path = await begun(scene, {});
      await Promise.all(Array.from({ length: 50 }, () => send(scene, { path, as: "mallory" })));
      assert.equal(scene.asked.count, 1, "questions to the provider");
      return { path, as: "mallory" };
    },
    answer: { status: 200 },
  }),
  pays(0, {
    name: "a video that is deleted twenty times at once, while its provider has not begun",
    send: async (scene) => {
      const path = await begun(scene, {});
      await Promise.all(Array.from({ length: 20 }, () => send(scene, { method: "DELETE", path, as: "mallory" })));
      return { path, as: "mallory" };
    },
    answer: { status: 404 },
  }),
  pays(5, {
    name: "twenty videos at once for the credits of one",
    send: async (scene) => {
      plays(scene, {});
      const { sql, mallory } = scene;
      const left = (await creditsOf(scene)) - 5;
      await sql("UPDATE user_profile SET credits_ad_graphics = 5 WHERE user_id = ?", mallory.id);
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(scene, order())));
      await sql("UPDATE user_profile SET credits_ad_graphics = credits_ad_graphics + ? WHERE user_id = ?", left, mallory.id);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [202, ...Array(19).fill(402)]);
      return { path: "/api/me", as: "mallory" };
    },
    answer: { status: 200 },
  }),
];

const foreign = ["GET", "DELETE"].map((method) => ({
  name: `${method} of another's video that is being made`,
  send: async (scene) => ({ method, path: await begun(scene, {}, "victim"), as: "mallory" }),
  answer: { status: 404, check: ({ asked }) => assert.equal(asked.count, 0, "questions to the provider") },
}));

siege("videos", [lengths, references, hosts, places, crowds, foreign].flat(), {
  more: { QWEN_VIDEO_MODEL: "film-1", CREDIT_PRICES: "film-1=1" },
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { generationPath, pictures, prompt, startCaller } from "./caller.mjs";

describe("the sandbox", () => {
  let cloud, post, get, generate;
  before(async () => {
    ({ cloud, post, get, generate } = await startCaller());
  });
  after(() => cloud.remove());

  const tell = async (method, query = "") => {
    const headers = { authorization: `Bearer ${cloud.info.token}` };
    const answer = await fetch(`${new URL(cloud.info.api).origin}/__provider?${query}`, { method, headers });
    return { status: answer.status, ...(await answer.json()) };
  };

  describe("tasks", () => {
    const path = "/api/v1/services/aigc/text2image/image-synthesis";
    const order = { model: "qwen-image-plus", input: { prompt: "p" }, parameters: { size: "512*512" } };
    const inTask = { "x-dashscope-async": "enable" };
    const begin = async (to = path, body = order) => (await (await post(to, body, { headers: inTask })).json()).output;

    async function ended(id) {
      for (;;) {
        const answer = await get(`/api/v1/tasks/${id}`);
        if (!["PENDING", "RUNNING"].includes(answer.output.task_status)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    test("a task is pending, and ends with its images", async () => {
      const { task_id: id, task_status: status } = await begin();
      assert.equal(status, "PENDING");
      const { output, usage } = await ended(id);
      assert.equal(output.task_status, "SUCCEEDED");
      assert.equal(usage.image_count, 1);
      assert.equal((await fetch(output.results[0].url)).status, 200);
    });

    test("a form that can be waited for can be a task too", async () => {
      const body = { model: "qwen-image-3.0", input: { messages: [{ content: prompt }] }, parameters: { size: "512*512" } };
      const { output } = await ended((await begin(generationPath, body)).task_id);
      assert.equal(pictures({ output }).length, 1);
    });

    test("the older form has to be a task", async () => {
      assert.equal((await post(path, order)).status, 403);
    });

    test("a pending task can be cancelled, once", async () => {
      const { task_id: id } = await begin();
      assert.equal((await post(`/api/v1/tasks/${id}/cancel`, {})).status, 200);
      assert.equal((await ended(id)).output.task_status, "CANCELED");
      assert.equal((await post(`/api/v1/tasks/${id}/cancel`, {})).status, 400);
    });

    test("a task that nobody knows", async () => {
      assert.equal((await ended("no-such-task")).output.task_status, "UNKNOWN");
      await tell("POST", "fail=lostTask");
      assert.equal((await ended((await begin()).task_id)).output.task_status, "UNKNOWN");
    });

    test("a video is a task, and is an MP4 at its address", async () => {
      const films = "/api/v1/services/aigc/video-generation/video-synthesis";
      const frame = "data:image/png;base64,AAAA";
      const parameters = { duration: 2, resolution: "480P" };
      const orders = [
        { model: "wan2.6-i2v", input: { prompt: "p", img_url: frame }, parameters },
        { model: "wan2.7-i2v", input: { prompt: "p", media: [{ type: "first_frame", url: frame }] }, parameters },
      ];
      for (const order of orders) {
        assert.equal((await post(films, order)).status, 403, "it cannot be waited for");
        const { output, usage } = await ended((await begin(films, order)).task_id);
        assert.deepEqual(usage, { duration: 2, SR: 480, video_count: 1 });
        const video = await fetch(output.video_url);
        assert.equal(video.headers.get("content-type"), "video/mp4");
        assert.equal(Buffer.from(await video.arrayBuffer()).toString("latin1", 4, 12), "ftypisom");
      }

      const [{ input }] = orders;
      const wrong = [
        { model: "wan2.7-i2v", input, parameters },
        { model: "wan2.6-i2v", input, parameters: { duration: 2.5 } },
        { model: "wan2.6-i2v", input, parameters: { resolution: "8K" } },
      ];
      for (const order of wrong) assert.equal((await post(films, order, { headers: inTask })).status, 400, JSON.stringify(order));
    });

    test("a task can fail after it was accepted", async () => {
      await tell("POST", "fail=DataInspectionFailed&in=task");
      const { output } = await ended((await begin()).task_id);
      assert.deepEqual([output.task_status, output.code], ["FAILED", "DataInspectionFailed"]);
    });
  });

  describe("told to fail", () => {
    after(() => tell("DELETE"));

    test("each refusal has its status and code", async () => {
      const refusals = (await tell("GET")).result.kinds.filter((kind) => /^[A-Z]/.test(kind));
      assert.ok(refusals.length > 5, `${refusals}`);
      for (const kind of refusals) {
        await tell("POST", `fail=${kind}`);
        const answer = await generate({ size: "512*512" });
        const body = await answer.json();
        assert.equal(body.code, kind);
        assert.ok(body.message && body.request_id);
        assert.equal(answer.status === 429, kind.startsWith("Throttling"), kind);
      }
    });

    test("as often as it was told", async () => {
      assert.deepEqual((await tell("POST", "fail=Arrearage&times=2")).result.next, {
        kind: "Arrearage",
        times: 2,
        inTask: false,
      });
      const statuses = [];
      for (let call = 0; call < 3; call++) statuses.push((await generate({ size: "512*512" })).status);
      assert.deepEqual(statuses, [400, 400, 200]);
    });

    test("until it was told otherwise", async () => {
      await tell("POST", "fail=InvalidApiKey&times=100");
      await tell("DELETE");
      assert.equal((await generate({ size: "512*512" })).status, 200);
    });

    test("with answers that are none", async () => {
      await tell("POST", "fail=malformed");
      assert.equal(await (await generate({})).text(), "<html>");
      await tell("POST", "fail=empty");
      assert.deepEqual(pictures(await (await generate({})).json()), []);
      await tell("POST", "fail=lostImage");
      assert.equal((await fetch(pictures(await (await generate({ size: "512*512" })).json())[0])).status, 404);
      await tell("POST", "fail=base64");
      assert.match(pictures(await (await generate({ size: "512*512" })).json())[0], /^iVBORw0KGgo/);
    });

    test("only in ways that there are, and only with the token", async () => {
      for (const query of ["fail=Nonsense", "fail=Arrearage&times=0", "fail=Arrearage&times=x", "fail=Arrearage&in=there", ""]) {
        assert.equal((await tell("POST", query)).status, 400, query);
      }
      assert.equal((await fetch(`${new URL(cloud.info.api).origin}/__provider`)).status, 403);
    });
  });
});

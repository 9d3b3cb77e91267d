import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, utimesSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import sharp from "sharp";
import { caller, generationPath, pictures, startCaller } from "./caller.mjs";

describe("the sandbox", () => {
  let cloud, call, post, get, generate;
  before(async () => {
    ({ cloud, call, post, get, generate } = await startCaller());
  });
  after(() => cloud.remove());

  test("both of DashScope's hosts answer in its shape, with a picture of the asked size", async () => {
    for (const host of ["dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com"]) {
      const answer = await (await generate({ n: 1, size: "1664*928" }, { host })).json();
      assert.match(answer.request_id, /^[0-9a-f-]{36}$/);
      assert.deepEqual(answer.usage, { image_count: 1, width: 1664, height: 928 });
      const picture = await call(pictures(answer)[0]);
      assert.equal(picture.headers.get("x-type"), "image/png");
      const { format, width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
      assert.deepEqual([format, width, height], ["png", 1664, 928]);
    }
  });

  test("a Worker whose key is the sandbox's may fetch what it draws, and no other Worker is told of it", async () => {
    const shown = "export default { fetch: (_, env) => Response.json(env.QWEN_IMAGE_HOSTS ?? null) };";
    const bound = (name, text) => ({ type: "plain_text", name, text });
    const origin = new URL(pictures(await (await generate({})).json())[0]).origin;
    const hosts = async (key) => {
      // of the script that was uploaded last
      await cloud.upload("shown", shown, [bound("QWEN_API_KEY", key), bound("QWEN_IMAGE_HOSTS", "aliyuncs.com")]);
      return (await fetch(cloud.info.worker)).json();
    };

    assert.equal(await hosts("sandbox"), `aliyuncs.com,${origin}`);
    assert.equal(await hosts("a real one"), "aliyuncs.com");

    await cloud.upload("api", caller);
  });

  test("without a size it is 1328*1328", async () => {
    assert.deepEqual((await (await generate({})).json()).usage, { image_count: 1, width: 1328, height: 1328 });
  });

  test("an edit of a reference gives as many pictures as asked, each its own", async () => {
    const content = [{ image: "data:image/png;base64,AAAA" }, { text: "on a beach" }];
    const answer = await (await generate({ n: 6, size: "512*512" }, { content })).json();
    assert.equal(answer.usage.image_count, 6);
    assert.equal(new Set(pictures(answer)).size, 6);
  });

  test("the prompt can be seen: another prompt is another picture", async () => {
    const draw = async (text) => {
      const answer = await (await generate({ size: "512*512" }, { content: [{ text }] })).json();
      const picture = Buffer.from(await (await fetch(pictures(answer)[0])).arrayBuffer());
      // The lower half of the text area, where the prompt's lines are and nothing else.
      return sharp(picture).extract({ left: 40, top: 120, width: 430, height: 280 }).greyscale().threshold(240).raw().toBuffer();
    };
    const lit = (bitmap) => bitmap.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    const short = await draw("i");
    const long = await draw("A long prompt about honey. ".repeat(10));

    assert.ok(lit(short) > 0, "a letter is drawn");
    assert.ok(lit(long) > 20 * lit(short), `${lit(long)} against ${lit(short)}`);
  });

  test("the pictures of one order, and of similar ones, differ in their middle, where a list crops them", async () => {
    const orders = [
      ["a lighthouse", 6],
      ["a lighthouse.", 1],
      ["a lighthouse at dawn", 1],
    ];
    const middles = [];
    for (const [text, n] of orders) {
      const content = [{ image: "data:image/png;base64,AAAA" }, { text }];
      for (const address of pictures(await (await generate({ n, size: "1664*928" }, { content })).json())) {
        const picture = sharp(Buffer.from(await (await fetch(address)).arrayBuffer()));
        middles.push(
          await picture.extract({ left: 632, top: 264, width: 400, height: 400 }).resize(40, 40).greyscale().raw().toBuffer(),
        );
      }
    }

    assert.equal(middles.length, 8);
    for (const [i, one] of middles.entries()) {
      for (const other of middles.slice(i + 1)) {
        const apart = one.filter((value, at) => Math.abs(value - other[at]) > 10).length / one.length;
        assert.ok(apart > 0.05, `${apart} of the pixels differ`);
      }
    }
  });

  test("a prompt of 800 characters, and one of odd ones, are drawn", async () => {
    for (const text of ["x".repeat(800), "\u0000\ud800 \u202e &amp; <b>", "🍯".repeat(50)]) {
      assert.equal((await generate({ size: "512*512" }, { content: [{ text }] })).status, 200);
    }
  });

  test("pictures have addresses that a browser reaches and nobody guesses, for a day", async () => {
    const [address] = pictures(await (await generate({ size: "512*512" })).json());
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/sandbox\/[\w-]{32}\.png$/);
    assert.equal((await fetch(address)).status, 200);

    const name = address.split("/").at(-1);
    assert.equal((await fetch(address.replace(name, `${"A".repeat(32)}.png`))).status, 404);

    const yesterday = Date.now() / 1000 - 24 * 3600 - 1;
    utimesSync(join(cloud.dir, "sandbox", name), yesterday, yesterday);
    assert.equal((await fetch(address)).status, 404);

    await generate({ size: "512*512" });
    assert.ok(!readdirSync(join(cloud.dir, "sandbox")).includes(name), "old pictures are swept away");
  });

  test("what DashScope refuses is refused in its shape", async (t) => {
    const refused = {
      "an invalid size": { parameters: { size: "large" } },
      "a size too large": { parameters: { size: "4096*4096" } },
      "seven pictures": { parameters: { n: 7 } },
      "no prompt": { parameters: {}, content: [{ image: "https://example.com/a.png" }] },
    };
    for (const [name, { parameters, content }] of Object.entries(refused)) {
      await t.test(name, async () => {
        const answer = await generate(parameters, { content });
        const body = await answer.json();
        assert.deepEqual([answer.status, body.code], [400, "InvalidParameter"]);
        assert.ok(body.message && body.request_id);
      });
    }
  });

  test("any other host is really called", async (t) => {
    const server = createServer((request, response) => response.end(`real ${request.headers.authorization}`)).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    t.after(() => server.close());
    const answer = await call(`http://127.0.0.1:${server.address().port}/`, { headers: { authorization: "Bearer sandbox" } });

    assert.equal(await answer.text(), "real Bearer sandbox");
  });

  test("every region's host and a workspace's answer, and no other host of the domain", async () => {
    for (const host of [
      "dashscope-us.aliyuncs.com",
      "cn-hongkong.dashscope.aliyuncs.com",
      "ws-1.eu-central-1.maas.aliyuncs.com",
      "ws-1.ap-northeast-1.maas.aliyuncs.com",
    ]) {
      assert.equal((await generate({ size: "512*512" }, { host })).status, 200, host);
    }
  });

  test("OpenAI's form", async () => {
    const answer = await post("/compatible-mode/v1/images/generations", {
      model: "qwen-image-3.0",
      prompt: "p",
      n: 2,
      size: "512x512",
    });
    const { data } = await answer.json();
    assert.equal(data.length, 2);
    assert.equal((await fetch(data[1].url)).status, 200);
    const refused = await post("/compatible-mode/v1/images/generations", { model: "m" });
    assert.deepEqual([refused.status, (await refused.json()).error.code], [400, "InvalidParameter"]);
  });

  test("from 3.0 on usage has other names", async () => {
    const content = [{ image: "data:image/png;base64,AAAA" }, { text: "on a beach" }];
    const body = { model: "qwen-image-3.0-pro", input: { messages: [{ content }] }, parameters: { n: 1, size: "512*512" } };
    const { usage } = await (await post(generationPath, body)).json();
    assert.deepEqual(usage, {
      output_image_count: 1,
      input_image_count: 1,
      output_width: 512,
      output_height: 512,
      output_image_type: "url",
    });
  });

  test("what the account may use is listed", async () => {
    const { output } = await get("/api/v1/quotas");
    assert.ok(output.quotas.some(({ model }) => model === "qwen-image-max"));
  });

  test("with a real key DashScope itself is called", async (t) => {
    const called = [];
    t.mock.method(globalThis, "fetch", async (request) => {
      called.push(request.url);
      return new Response("real");
    });
    const { default: outbound } = await import("../worker/outbound.mjs");
    const env = { SANDBOX_KEY: "sandbox", SANDBOX: { fetch: async () => new Response("drawn") } };
    const ask = async (key) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await outbound.fetch(new Request(`https://dashscope.aliyuncs.com${generationPath}`, { headers }), env)).text();
    };

    assert.equal(await ask("sk-real"), "real");
    assert.equal(await ask("sandbox"), "drawn");
    assert.equal(called.length, 1);

    for (const host of ["oss.aliyuncs.com", "dashscope.aliyuncs.com.example.com", "a.b.c.maas.aliyuncs.com"]) {
      const headers = { authorization: "Bearer sandbox" };
      assert.equal(await (await outbound.fetch(new Request(`https://${host}/`, { headers }), env)).text(), "real", host);
    }
  });
});

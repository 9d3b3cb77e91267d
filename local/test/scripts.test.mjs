import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { answering, startCloud } from "./harness.mjs";

describe("scripts", () => {
  let cloud, database;
  before(async () => {
    cloud = await startCloud();
    database = await cloud.database();
    await cloud.api("POST", "/r2/buckets", { name: "pictures" });
  });
  after(() => cloud.remove());

  const bindings = () => [
    { type: "d1", name: "DB", id: database },
    { type: "r2_bucket", name: "BUCKET", bucket_name: "pictures" },
    { type: "plain_text", name: "REGION", text: "sg" },
    { type: "secret_text", name: "KEY", text: "hush" },
  ];

  test("before the first upload the worker port says so, and the script is 404", async () => {
    const answer = await cloud.worker();
    assert.equal(answer.status, 404);
    assert.match(answer.text, /No Worker has been uploaded/);
    const missing = await cloud.api("GET", "/workers/scripts/api");
    assert.deepEqual([missing.status, missing.errors[0].code], [404, 10007]);
  });

  test("an uploaded Worker serves with its bindings", async () => {
    const uploaded = await cloud.upload(
      "api",
      `export default { async fetch(request, env) {
			await env.BUCKET.put('a', 'stored');
			const { n } = await env.DB.prepare('SELECT 40 + ? AS n').bind(2).first();
			return Response.json([n, await (await env.BUCKET.get('a')).text(), env.REGION, env.KEY]);
		} };`,
      bindings(),
    );
    assert.equal(uploaded.status, 200);
    assert.equal(uploaded.result.id, "api");
    assert.equal((await cloud.worker()).text, '[42,"stored","sg","hush"]');
  });

  test("the content comes back byte for byte", async () => {
    const content = `// Grüße 蜂蜜\r\n${answering("1")}\n\n`;
    await cloud.upload("api", content);
    const { headers, bytes } = await cloud.api("GET", "/workers/scripts/api");
    const form = await new Response(bytes, { headers: { "content-type": headers.get("content-type") } }).formData();
    assert.equal(await form.get("worker.mjs").text(), content);
    assert.deepEqual([...form.keys()], ["worker.mjs"]);
  });

  test("bindings are listed with what the plugin reads, and no secret", async () => {
    await cloud.upload("api", answering("1"), bindings());
    assert.deepEqual((await cloud.api("GET", "/workers/scripts/api/bindings")).result, [
      { type: "d1", name: "DB", id: database, database_id: database },
      { type: "r2_bucket", name: "BUCKET", bucket_name: "pictures" },
      { type: "plain_text", name: "REGION", text: "sg" },
      { type: "secret_text", name: "KEY" },
    ]);
  });

  test("scripts are listed", async () => {
    await cloud.upload("api", answering("1"));
    assert.deepEqual(
      (await cloud.api("GET", "/workers/scripts")).result.map(({ id }) => id),
      ["api"],
    );
  });

  describe("what is refused leaves the old Worker serving", () => {
    beforeEach(() => cloud.upload("api", answering('"old"')));
    const large = randomBytes(3 * 1024 * 1024).toString("hex");
    const refused = {
      "a throw at start": { content: 'throw new Error("boom");', code: 10021, message: /Uncaught Error: boom/ },
      "a syntax error": { content: "export default {", code: 10021, message: /SyntaxError/ },
      "an import of nothing": { content: 'import "./nothing.mjs"; export default {}', code: 10021, message: /nothing\.mjs/ },
      "a script above 3 MiB gzipped": { content: `${answering("1")} // ${large}`, code: 10027, message: /size limit/ },
      "an unknown database": { bindings: [{ type: "d1", name: "DB", id: "none" }], code: 10181, message: /not found/ },
      "an unknown bucket": {
        bindings: [{ type: "r2_bucket", name: "B", bucket_name: "none" }],
        code: 10085,
        message: /not found/,
      },
      "an unknown service": {
        bindings: [{ type: "service", name: "S", service: "none" }],
        code: 10143,
        message: /'none' not found/,
      },
      "a variable above 5 KB": {
        bindings: [{ type: "plain_text", name: "V", text: "x".repeat(5121) }],
        code: 10054,
        message: /5 KB/,
      },
      "a binding that is not offered here": {
        bindings: [{ type: "kv_namespace", name: "K" }],
        code: 10021,
        message: /kv_namespace/,
      },
      "two bindings of a name": {
        bindings: [
          { type: "plain_text", name: "V", text: "a" },
          { type: "secret_text", name: "V", text: "b" },
        ],
        code: 10021,
        message: /V is given twice/,
      },
      "a binding without a name": { bindings: [{ type: "plain_text", text: "a" }], code: 10021, message: /no name/ },
      ...Object.fromEntries(
        ["MY-VAR", "1ST", "MY VAR", "A.B", "A=B"].map((name) => [
          `a binding named ${name}`,
          { bindings: [{ type: "secret_text", name, text: "a" }], code: 10021, message: /as a JavaScript variable/ },
        ]),
      ),
      "a variable without a text": { bindings: [{ type: "plain_text", name: "V" }], code: 10021, message: /V has no text/ },
      "a variable that is a number": {
        bindings: [{ type: "plain_text", name: "V", text: 5 }],
        code: 10021,
        message: /V has no text/,
      },
      "65 variables": {
        bindings: Array.from({ length: 65 }, (_, i) => ({ type: "plain_text", name: `V${i}`, text: "a" })),
        code: 10055,
        message: /exceeds 64/,
      },
      "a compatibility date to come": {
        metadata: { compatibility_date: "2999-01-01" },
        code: 10021,
        message: /in the future: 2999-01-01/,
      },
      "a compatibility date that no calendar has": {
        metadata: { compatibility_date: "2026-02-30" },
        code: 10021,
        message: /compatibility date/,
      },
      "a compatibility date in words": { metadata: { compatibility_date: "today" }, code: 10021, message: /compatibility date/ },
      "an unknown compatibility flag": {
        metadata: { compatibility_flags: ["no_such_flag"] },
        code: 10021,
        message: /no_such_flag/,
      },
      "an unknown placement": { metadata: { placement: { mode: "near" } }, code: 10021, message: /placement mode/ },
      "a missing main module": { metadata: { main_module: "other.mjs" }, code: 10021, message: /other\.mjs/ },
    };

    for (const [name, { content = answering('"new"'), bindings: bound, metadata, code, message }] of Object.entries(refused)) {
      test(name, async () => {
        const answer = await cloud.upload("api", content, bound, metadata);
        assert.deepEqual([answer.status, answer.errors[0].code], [400, code]);
        assert.match(answer.errors[0].message, message);
        assert.equal((await cloud.worker()).text, '"old"');
      });
    }
  });

  test("an upload drops what it does not list, and keeps the types that it names", async () => {
    await cloud.upload("api", answering("1"), bindings());
    await cloud.upload("api", answering("[env.KEY, env.REGION]"), [], { keep_bindings: ["secret_text"] });
    assert.equal((await cloud.worker()).text, '["hush",null]');
    await cloud.upload("api", answering("[env.KEY]"));
    assert.equal((await cloud.worker()).text, "[null]");
  });

  test("content on its own leaves bindings as they are", async () => {
    await cloud.upload("api", answering("1"), bindings());
    const form = new FormData();
    form.set("metadata", JSON.stringify({ main_module: "other.mjs" }));
    form.set("other.mjs", new Blob([answering("[env.KEY, env.REGION]")], { type: "application/javascript+module" }), "other.mjs");
    assert.equal((await cloud.api("PUT", "/workers/scripts/api/content", form)).result.id, "api");
    assert.equal((await cloud.worker()).text, '["hush","sg"]');
    assert.equal((await cloud.api("PUT", "/workers/scripts/none/content", form)).status, 404);
  });

  test("a secret is set, listed by name and deleted on its own", async () => {
    await cloud.upload("api", answering("env.EXTRA ?? null"));
    await cloud.api("PUT", "/workers/scripts/api/secrets", { name: "EXTRA", text: "set", type: "secret_text" });
    assert.equal((await cloud.worker()).text, '"set"');
    assert.deepEqual((await cloud.api("GET", "/workers/scripts/api/secrets")).result, [{ type: "secret_text", name: "EXTRA" }]);
    assert.equal((await cloud.api("DELETE", "/workers/scripts/api/secrets/EXTRA")).status, 200);
    assert.equal((await cloud.worker()).text, "null");
  });

  test("a secret on its own is held to the limits of an upload", async () => {
    await cloud.upload("api", answering("1"));
    const put = (body) => cloud.api("PUT", "/workers/scripts/api/secrets", body);
    for (const body of [
      { text: "set" },
      { name: "A" },
      { name: "A", text: 5 },
      { name: "A", text: "x".repeat(5121) },
      { name: "A-B", text: "a" },
    ]) {
      assert.equal((await put(body)).status, 400, JSON.stringify(body).slice(0, 40));
    }
    assert.equal((await put({ name: "A", text: "x".repeat(5120) })).status, 200);
  });

  test("a script is named as a host can be", async () => {
    for (const name of ["API", "my.api", "-api", "größe", "a".repeat(256), "my api"]) {
      const answer = await cloud.upload(encodeURIComponent(name), answering("1"));
      assert.deepEqual([answer.status, answer.errors[0].code], [400, 10016], name);
    }
  });

  test("a script binds another, and outlives it", async () => {
    await cloud.upload("api", answering('"called"'));
    const caller = 'export default { fetch: (request, env) => env.API ? env.API.fetch(request) : new Response("alone") };';
    assert.equal((await cloud.upload("caller", caller, [{ type: "service", name: "API", service: "api" }])).status, 200);
    assert.equal((await cloud.worker()).text, '"called"');
    await cloud.api("DELETE", "/workers/scripts/api");
    assert.equal((await cloud.worker()).text, "alone");
    await cloud.api("DELETE", "/workers/scripts/caller");
  });

  test("a module Worker may bring several modules", async () => {
    const part = (content, type) => new Blob([content], { type });
    const form = new FormData();
    form.set("metadata", part('{"main_module":"main.js","compatibility_date":"2026-02-10"}', "application/json"), "blob");
    form.set("text.txt", part("from a text", "text/plain"), "text.txt");
    const main = 'import text from "./text.txt"; export default { fetch: () => new Response(text) }';
    form.set("main.js", part(main, "application/javascript+module"), "main.js");

    assert.equal((await cloud.api("PUT", "/workers/scripts/api", form)).status, 200);
    assert.equal((await cloud.worker()).text, "from a text");
  });

  test("console output goes to the log with a time", async () => {
    await cloud.upload("api", 'export default { fetch() { console.log("spoken"); return new Response("ok"); } };');
    await cloud.worker();
    await cloud.logged(/^\d{4}-\d\d-\d\dT[\d:.]+Z worker {2}spoken$/m);
  });

  test("a deleted script is gone, and no longer served", async () => {
    await cloud.upload("api", answering("1"));
    assert.equal((await cloud.api("DELETE", "/workers/scripts/api")).status, 200);
    assert.equal((await cloud.api("DELETE", "/workers/scripts/api")).status, 404);
    assert.equal((await cloud.worker()).status, 404);
  });
});

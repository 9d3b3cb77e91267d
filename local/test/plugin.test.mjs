// What Pulumi's genuine Cloudflare plugin, 5.49.1, sends, and what it reads from the answers: its headers and bodies, over TLS,
// resource by resource. ../plugin calls the same API as a program; here each request is spelled out.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { after, before, describe, test } from "node:test";
import { startCloud } from "./harness.mjs";

const zone = "fedcba9876543210fedcba9876543210";
const agent = "terraform-provider-cloudflare/ terraform-plugin-sdk/2.35.0 terraform/";

describe("the genuine plugin", () => {
  let cloud, ca;
  before(async () => {
    cloud = await startCloud();
    ca = readFileSync(cloud.info.ca);
  });
  after(() => cloud.remove());

  // send sends a request as the plugin does: every request has the content type JSON, with or without a body, and a length.
  async function send(method, path, body, type = "application/json") {
    const content = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const base = path.startsWith("/zones") ? "" : `/accounts/${cloud.info.account}`;
    const sent = request(`https://${cloud.info.tls}/client/v4${base}${path}`, {
      method,
      ca,
      headers: {
        authorization: `Bearer ${cloud.info.token}`,
        "content-type": type,
        "accept-encoding": "gzip",
        "user-agent": agent,
        ...(content && { "content-length": content.length }),
      },
    }).end(content);
    const [response] = await once(sent, "response");
    const answer = Buffer.concat(await response.toArray());
    const json = response.headers["content-type"] === "application/json" ? JSON.parse(answer.toString()) : undefined;

    return { status: response.statusCode, type: response.headers["content-type"], answer, json, result: json?.result };
  }

  const refused = ({ status, json }) => [status, json.errors[0].code];

  // upload has exactly two parts: metadata without a file name, and the module.
  function upload(name, content, bindings) {
    const boundary = randomBytes(30).toString("hex");
    const metadata = {
      main_module: "worker.mjs",
      bindings,
      logpush: false,
      compatibility_date: "2026-02-10",
      compatibility_flags: ["nodejs_compat"],
      placement: { mode: "" },
      tags: [],
    };
    const body =
      `--${boundary}\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n` +
      `${JSON.stringify(metadata)}\r\n--${boundary}\r\n` +
      'Content-Disposition: form-data; name="worker.mjs"; filename="worker.mjs"\r\n' +
      `Content-Type: application/javascript+module\r\n\r\n${content}\r\n--${boundary}--\r\n`;

    return send("PUT", `/workers/scripts/${name}`, Buffer.from(body), `multipart/form-data; boundary=${boundary}`);
  }

  // firstPart is all that the plugin reads of a script's content.
  const firstPart = ({ type, answer }) => {
    const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(type);
    const [, part] = answer.toString().split(`--${boundary}\r\n`);
    return part.slice(part.indexOf("\r\n\r\n") + 4, part.lastIndexOf(`\r\n--${boundary}--`));
  };

  test("reads an envelope, of a refusal too", async () => {
    const listed = await send("GET", "/d1/database");
    assert.deepEqual(Object.keys(listed.json).sort(), ["errors", "messages", "result", "result_info", "success"]);
    assert.deepEqual([listed.json.success, listed.json.errors, listed.json.messages], [true, [], []]);

    const missing = await send("GET", "/d1/database/none");
    assert.deepEqual(missing.json, {
      result: null,
      success: false,
      errors: [{ code: 7404, message: "The database none could not be found" }],
      messages: [],
    });
  });

  test("D1Database", async () => {
    const created = await send("POST", "/d1/database", { name: "db" });
    assert.deepEqual([created.status, created.result.name, created.result.version], [200, "db", "production"]);

    const path = `/d1/database/${created.result.uuid}`;
    const { uuid, name, version } = (await send("GET", path)).result;
    assert.deepEqual({ uuid, name, version }, { uuid: created.result.uuid, name: "db", version: "production" });
    assert.deepEqual(refused(await send("POST", "/d1/database", { name: "db" })), [400, 7502]);
    assert.equal((await send("DELETE", path)).status, 200);
    assert.deepEqual(refused(await send("GET", path)), [404, 7404]);
    assert.deepEqual(refused(await send("DELETE", path)), [404, 7404]);
  });

  test("R2Bucket", async () => {
    const created = await send("POST", "/r2/buckets", { name: "images" });

    assert.deepEqual([created.status, created.result.name], [200, "images"]);
    assert.ok(created.result.location, "chosen by the account");
    assert.equal((await send("GET", "/r2/buckets/images")).result.location, created.result.location);
    assert.deepEqual(refused(await send("POST", "/r2/buckets", { name: "images" })), [409, 10004]);
    assert.equal((await send("DELETE", "/r2/buckets/images")).status, 200);
    assert.deepEqual(refused(await send("GET", "/r2/buckets/images")), [404, 10006]);
    assert.deepEqual(refused(await send("DELETE", "/r2/buckets/images")), [404, 10006]);
  });

  describe("WorkersScript", () => {
    const module = "// Grüße\r\nexport default { fetch: (request, env) => Response.json([env.A, env.B, env.KEY]) };\n";
    let database, bindings;
    before(async () => {
      database = (await send("POST", "/d1/database", { name: "bound" })).result.uuid;
      await send("POST", "/r2/buckets", { name: "bound" });
      bindings = [
        { type: "plain_text", name: "B", text: "2" },
        { type: "d1", name: "DB", id: database },
        { type: "secret_text", name: "KEY", text: "hush" },
        { type: "r2_bucket", name: "BUCKET", bucket_name: "bound" },
        { type: "plain_text", name: "A", text: "1" },
      ];
    });

    test("create: nothing is there, then the upload", async () => {
      const missing = await send("GET", "/workers/scripts/api");
      assert.deepEqual(refused(missing), [404, 10007]);
      const uploaded = await upload("api", module, bindings);
      assert.deepEqual([uploaded.status, uploaded.result.id], [200, "api"]);
      assert.equal((await cloud.worker()).text, '["1","2","hush"]');
      assert.notEqual((await send("GET", "/workers/scripts/api")).answer.length, 0, "there is one now");
    });

    test("read: the content as it was sent, and bindings with what each needs", async () => {
      assert.equal(firstPart(await send("GET", "/workers/scripts/api")), module);

      const listed = (await send("GET", "/workers/scripts/api/bindings")).result;
      const byName = Object.fromEntries(listed.map((binding) => [binding.name, binding]));
      assert.deepEqual(byName, {
        A: { type: "plain_text", name: "A", text: "1" },
        B: { type: "plain_text", name: "B", text: "2" },
        KEY: { type: "secret_text", name: "KEY" },
        DB: { type: "d1", name: "DB", id: database, database_id: database },
        BUCKET: { type: "r2_bucket", name: "BUCKET", bucket_name: "bound" },
      });
    });

    test("update: the bindings of the upload and no others, in any order", async () => {
      await upload("api", module, bindings.filter(({ name }) => name !== "KEY").reverse());
      assert.equal((await cloud.worker()).text, '["1","2",null]');
    });

    test("refused: the status tells, and the old one serves on", async () => {
      assert.deepEqual(refused(await upload("api", 'throw new Error("boom")', [])), [400, 10021]);
      assert.equal((await cloud.worker()).text, '["1","2",null]');
    });

    test("delete: an object in the answer, and 404 for what is gone", async () => {
      const deleted = await send("DELETE", "/workers/scripts/api");

      assert.equal(deleted.status, 200);
      assert.equal(typeof deleted.json, "object");

      for (const [method, path] of [
        ["DELETE", ""],
        ["GET", ""],
        ["GET", "/bindings"],
        ["GET", "/schedules"],
      ]) {
        assert.deepEqual(refused(await send(method, `/workers/scripts/api${path}`)), [404, 10007], `${method} ${path}`);
      }
    });
  });

  test("WorkersCronTrigger", async () => {
    const path = "/workers/scripts/timed/schedules";
    assert.equal((await send("PUT", path, [{ cron: "*/5 * * * *" }])).status, 404, "the script comes first");

    await upload("timed", "export default { scheduled() {} };", []);
    const set = await send("PUT", path, [{ cron: "*/5 * * * *" }]);
    assert.deepEqual(
      set.result.schedules.map(({ cron }) => cron),
      ["*/5 * * * *"],
    );
    assert.deepEqual(
      (await send("GET", path)).result.schedules.map(({ cron }) => cron),
      ["*/5 * * * *"],
    );
    assert.equal((await send("PUT", path, [])).status, 200);
    assert.deepEqual((await send("GET", path)).result.schedules, []);
  });

  test("WorkersDomain", async () => {
    await upload("served", 'export default { fetch: () => new Response("served") };', []);
    const attach = (hostname) =>
      send("PUT", "/workers/domains", { zone_id: zone, hostname, service: "served", environment: "production" });
    const { result: first } = await attach("api.example.com");
    const path = `/workers/domains/${first.id}`;
    const { id, zone_id, hostname, service, environment } = (await send("GET", path)).result;
    assert.deepEqual([id, zone_id, hostname, service, environment], [first.id, zone, "api.example.com", "served", "production"]);
    assert.equal((await attach("api.example.com")).result.id, first.id, "an update is the same request");

    const { result: second } = await attach("www.example.com");
    assert.notEqual(second.id, first.id, "another hostname is another domain");
    assert.equal((await send("GET", path)).status, 200, "and the first stays");
    assert.equal((await send("DELETE", path)).status, 200);
    assert.deepEqual(refused(await send("GET", path)), [404, 100114]);
    assert.deepEqual(refused(await send("DELETE", path)), [404, 100114]);
  });

  test("Ruleset of the phase http_ratelimit", async () => {
    const rulesets = `/zones/${zone}/rulesets`;
    const entrypoint = `${rulesets}/phases/http_ratelimit/entrypoint`;
    const rules = [
      {
        action: "block",
        expression: "true",
        description: "too many",
        enabled: true,
        ratelimit: { characteristics: ["cf.colo.id", "ip.src"], period: 10, requests_per_period: 100, mitigation_timeout: 10 },
      },
    ];
    assert.equal((await send("GET", entrypoint)).status, 404);

    const created = await send("POST", rulesets, {
      name: "limit",
      description: "calls",
      kind: "zone",
      phase: "http_ratelimit",
      rules,
    });
    const written = await send("PUT", entrypoint, { description: "calls", rules });
    assert.equal(written.result.id, created.result.id, "the id comes from the third answer");

    const read = (await send("GET", `${rulesets}/${written.result.id}`)).result;
    assert.deepEqual([read.name, read.kind, read.phase, read.description], ["limit", "zone", "http_ratelimit", "calls"]);

    const [{ id, ref, version, last_updated, ...rule }] = read.rules;
    assert.ok(id && ref && version && last_updated, "the API adds them");
    assert.deepEqual(rule, rules[0]);
    assert.equal((await send("POST", rulesets, { name: "second", kind: "zone", phase: "http_ratelimit", rules })).status, 400);

    const emptied = await send("PUT", `${rulesets}/${written.result.id}`, {
      id: written.result.id,
      description: "none",
      rules: [],
    });
    assert.deepEqual(emptied.result.rules, []);

    const deleted = await send("DELETE", `${rulesets}/${written.result.id}`);
    assert.deepEqual([deleted.status, deleted.answer.length], [204, 0]);
    assert.equal((await send("GET", `${rulesets}/${written.result.id}`)).status, 404);
  });
});

import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { answering, startCloud } from "./harness.mjs";

describe("beside a script", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  beforeEach(() => cloud.upload("api", answering("1")));
  after(() => cloud.remove());

  test("schedules are set whole, read, and taken away with an empty list", async () => {
    const path = "/workers/scripts/api/schedules";
    const set = await cloud.api("PUT", path, [{ cron: "*/5 * * * *" }, { cron: "0 3 * * 1" }]);

    assert.deepEqual(
      set.result.schedules.map(({ cron }) => cron),
      ["*/5 * * * *", "0 3 * * 1"],
    );
    assert.deepEqual((await cloud.api("GET", path)).result, set.result);
    assert.deepEqual((await cloud.api("PUT", path, [])).result.schedules, []);
    assert.equal((await cloud.api("PUT", path, [{ cron: "now" }])).status, 400);
    assert.equal((await cloud.api("GET", "/workers/scripts/none/schedules")).status, 404);
  });

  test("a schedule can be run now, and runs the scheduled handler", async () => {
    const database = await cloud.database("runs");
    await cloud.query(database, "CREATE TABLE run (cron)");
    await cloud.upload(
      "api",
      `export default { async scheduled(event, env) {
			await env.DB.prepare('INSERT INTO run VALUES (?)').bind(event.cron).run();
		} };`,
      [{ type: "d1", name: "DB", id: database }],
    );
    await cloud.api("PUT", "/workers/scripts/api/schedules", [{ cron: "*/5 * * * *" }]);
    const all = await cloud.own("POST", "/__scheduled");

    assert.deepEqual(all.result, { script: "api", runs: [{ cron: "*/5 * * * *", outcome: "ok" }] });
    await cloud.own("POST", `/__scheduled?script=api&cron=${encodeURIComponent("0 0 * * *")}`);
    const runs = await cloud.query(database, "SELECT cron FROM run");
    assert.deepEqual(
      runs.result[0].results.map(({ cron }) => cron),
      ["*/5 * * * *", "0 0 * * *"],
    );
  });

  test("a schedule that fails is reported", async () => {
    await cloud.upload("api", 'export default { scheduled() { throw new Error("no"); } };');
    const failed = await cloud.own("POST", "/__scheduled?cron=x");
    assert.equal(failed.result.runs[0].outcome, "exception");
  });

  test("the workers.dev address is off until it is switched on, and an upload leaves it", async () => {
    const path = "/workers/scripts/api/subdomain";
    for (const method of ["POST", "PUT"]) {
      assert.deepEqual((await cloud.api(method, path, { enabled: false })).result, { enabled: false, previews_enabled: false });
      const on = { enabled: true, previews_enabled: false };
      assert.deepEqual((await cloud.api(method, path, on)).result, on);
      await cloud.upload("api", answering("2"));
      assert.equal((await cloud.api("GET", path)).result.enabled, true);
    }

    assert.equal((await cloud.api("POST", path, {})).status, 400);
    assert.equal((await cloud.api("GET", "/workers/subdomain")).result.subdomain, "local");
  });

  test("observability is set beside the upload, and lost with the next", async () => {
    const observability = { enabled: true, head_sampling_rate: 1 };
    const set = await cloud.api("PATCH", "/workers/scripts/api/script-settings", { observability });
    assert.deepEqual(set.result.observability, observability);
    assert.deepEqual((await cloud.api("GET", "/workers/scripts/api/script-settings")).result.observability, observability);
    await cloud.upload("api", answering("2"));
    assert.equal((await cloud.api("GET", "/workers/scripts/api/script-settings")).result.observability, null);
  });

  test("observability is refused in another form", async () => {
    for (const observability of [{}, { enabled: "yes" }, { enabled: true, head_sampling_rate: 2 }, "on"]) {
      const answer = await cloud.api("PATCH", "/workers/scripts/api/script-settings", { observability });
      assert.equal(answer.status, 400, JSON.stringify(observability));
    }
  });

  test("settings take a form, as the API documents", async () => {
    const form = new FormData();
    form.set("settings", JSON.stringify({ observability: { enabled: true } }));
    await cloud.api("PATCH", "/workers/scripts/api/settings", form);
    const { result } = await cloud.api("GET", "/workers/scripts/api/settings");
    assert.deepEqual([result.observability, result.compatibility_date], [{ enabled: true }, "2026-02-10"]);
  });
});

describe("zones", () => {
  const zone = "0123456789abcdef0123456789abcdef";
  let cloud;
  before(async () => {
    cloud = await startCloud();
    await cloud.upload("api", answering('"by domain"'));
    await cloud.upload("other", answering('"last uploaded"'));
  });
  after(() => cloud.remove());

  test("a zone is found by its name", async () => {
    assert.deepEqual((await cloud.api("GET", "/zones?name=example.com")).result, []);

    const made = await cloud.api("POST", "/zones", { name: "example.com" });
    const found = await cloud.api("GET", "/zones?name=example.com&status=active");
    assert.deepEqual(
      found.result.map(({ id }) => id),
      [made.result.id],
    );
    assert.equal((await cloud.api("GET", `/zones/${made.result.id}`)).result.name, "example.com");
  });

  test("a domain is attached, read, moved to another service, and detached", async () => {
    const body = { zone_id: zone, hostname: "api.example.com", service: "other", environment: "production" };
    const first = await cloud.api("PUT", "/workers/domains", body);
    const moved = await cloud.api("PUT", "/workers/domains", { ...body, service: "api" });
    assert.equal(moved.result.id, first.result.id);

    const { id, ...rest } = (await cloud.api("GET", `/workers/domains/${first.result.id}`)).result;
    assert.deepEqual(rest, { ...body, service: "api", zone_name: "example.com" });
    assert.equal((await cloud.api("GET", "/workers/domains?hostname=api.example.com")).result.length, 1);
    assert.equal((await cloud.api("DELETE", `/workers/domains/${id}`)).status, 200);
    assert.equal((await cloud.api("GET", `/workers/domains/${id}`)).status, 404);
    assert.equal((await cloud.api("PUT", "/workers/domains", { ...body, service: "none" })).status, 404);
  });

  test("a domain is a hostname in a zone", async () => {
    const body = { zone_id: zone, hostname: "api.example.com", service: "api" };
    const wrong = [
      ...[
        "",
        "API.example.com",
        "https://api.example.com",
        "api.example.com:443",
        "*.example.com",
        "localhost",
        "bücher.example",
        "api.acme.workers.dev",
      ].map((hostname) => ({ hostname })),
      ...["", "example.com", zone.toUpperCase(), undefined].map((zone_id) => ({ zone_id })),
    ];
    for (const change of wrong) {
      assert.equal((await cloud.api("PUT", "/workers/domains", { ...body, ...change })).status, 400, JSON.stringify(change));
    }

    const { id } = (await cloud.api("POST", "/zones", { name: "example.org" })).result;
    const inZone = (hostname) => cloud.api("PUT", "/workers/domains", { zone_id: id, hostname, service: "api" });
    for (const hostname of ["api.example.com", "notexample.org"]) assert.equal((await inZone(hostname)).status, 400, hostname);
    for (const hostname of ["example.org", "api.example.org"]) assert.equal((await inZone(hostname)).status, 200, hostname);
    assert.equal((await cloud.api("GET", "/zones/example.com/rulesets")).errors[0].code, 7003);
  });

  test("a rate limit is one that some plan has", async () => {
    const path = `/zones/${"f".repeat(32)}/rulesets`;
    const ratelimit = { characteristics: ["cf.colo.id", "ip.src"], period: 10, requests_per_period: 5, mitigation_timeout: 10 };
    const make = (change) =>
      cloud.api("POST", path, {
        name: "limit",
        kind: "zone",
        phase: "http_ratelimit",
        rules: [{ action: "block", expression: "true", ratelimit: { ...ratelimit, ...change } }],
      });
    for (const change of [
      { period: 7 },
      { mitigation_timeout: 7 },
      { requests_per_period: 0 },
      { requests_per_period: 1.5 },
      { characteristics: ["ip.src"] },
    ]) {
      assert.equal((await make(change)).status, 400, JSON.stringify(change));
      assert.deepEqual((await cloud.api("GET", path)).result, [], "and nothing is made");
    }

    assert.equal((await make({})).status, 200);
  });

  test("the worker port serves by host name", async () => {
    await cloud.api("PUT", "/workers/domains", { zone_id: zone, hostname: "api.example.com", service: "api" });
    const ask = (host) =>
      new Promise((resolve) => {
        get(cloud.info.worker, { headers: { host } }, async (response) => resolve((await response.toArray()).join("")));
      });

    assert.equal(await ask("api.example.com"), '"by domain"');
    assert.equal(await ask("api.localhost:8787"), '"by domain"');
    assert.equal(await ask("127.0.0.1:8787"), '"last uploaded"');
  });

  test("routes are created, listed, changed and deleted", async () => {
    const path = `/zones/${zone}/workers/routes`;
    const { id } = (await cloud.api("POST", path, { pattern: "example.com/*", script: "api" })).result;
    await cloud.api("PUT", `${path}/${id}`, { id, pattern: "example.com/api/*", script: "api" });
    assert.deepEqual((await cloud.api("GET", path)).result, [{ id, pattern: "example.com/api/*", script: "api" }]);
    assert.equal((await cloud.api("DELETE", `${path}/${id}`)).result.id, id);
    assert.deepEqual((await cloud.api("GET", path)).result, []);
  });

  test("a ruleset is the entry point of its phase, one and the same through its life", async () => {
    const path = `/zones/${zone}/rulesets`;
    const entrypoint = `${path}/phases/http_ratelimit/entrypoint`;
    const rule = {
      action: "block",
      expression: "true",
      description: "few",
      enabled: true,
      ratelimit: { characteristics: ["ip.src", "cf.colo.id"], period: 10, requests_per_period: 5, mitigation_timeout: 10 },
    };
    assert.equal((await cloud.api("GET", entrypoint)).status, 404);

    const body = { name: "limit", description: "", kind: "zone", phase: "http_ratelimit", rules: [rule] };
    const { id } = (await cloud.api("POST", path, body)).result;
    const put = await cloud.api("PUT", entrypoint, { description: "sign-in", rules: [rule] });
    assert.equal(put.result.id, id);

    const read = (await cloud.api("GET", `${path}/${id}`)).result;
    assert.deepEqual([read.name, read.kind, read.phase, read.description], ["limit", "zone", "http_ratelimit", "sign-in"]);
    assert.deepEqual(read.rules[0].ratelimit, rule.ratelimit);
    assert.ok(read.rules[0].id);

    await cloud.api("PUT", `${path}/${id}`, { id, description: "none", rules: [] });
    assert.deepEqual((await cloud.api("GET", entrypoint)).result.rules, []);

    const gone = await cloud.api("DELETE", `${path}/${id}`);
    assert.deepEqual([gone.status, gone.bytes.length], [204, 0]);
    assert.equal((await cloud.api("GET", `${path}/${id}`)).status, 404);
  });
});

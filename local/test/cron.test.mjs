// The schedules that Cloudflare accepts and rejects, from the table that also tests the settings.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { answering, startCloud } from "./harness.mjs";

const cases = JSON.parse(readFileSync(join(import.meta.dirname, "../../infra/testdata/schedules.json"), "utf8"));

describe("schedules", () => {
  const path = "/workers/scripts/api/schedules";
  let cloud;
  before(async () => {
    cloud = await startCloud();
    await cloud.upload("api", answering("1"));
  });
  after(() => cloud.remove());

  for (const { cron, refused } of cases) {
    test(`${JSON.stringify(cron)} is ${refused ? "refused" : "taken"}`, async () => {
      const { status, errors } = await cloud.api("PUT", path, [{ cron }]);
      assert.deepEqual([status, errors[0]?.code], refused ? [400, 10100] : [200, undefined]);
    });
  }

  test("what is not a list of schedules is refused", async () => {
    for (const body of [{}, "now", [null], [{}], [{ cron: 5 }], [{ cron: ["* * * * *"] }]]) {
      assert.equal((await cloud.api("PUT", path, body)).status, 400, JSON.stringify(body));
    }
  });

  test("a schedule may occur only once", async () => {
    const twice = await cloud.api("PUT", path, [{ cron: "0 3 * * 1" }, { cron: "0 3 * * 1" }]);
    assert.equal(twice.status, 400);
  });

  test("an account of the Free plan has five, whatever Worker they are of", async () => {
    await cloud.upload("other", answering("1"));
    const hours = (n) => Array.from({ length: n }, (_, hour) => ({ cron: `0 ${hour} * * *` }));
    assert.equal((await cloud.api("PUT", path, hours(6))).status, 400);
    assert.equal((await cloud.api("PUT", path, hours(3))).status, 200);

    const further = await cloud.api("PUT", "/workers/scripts/other/schedules", hours(3));
    assert.deepEqual([further.status, further.errors[0].code], [400, 10072]);
    assert.equal((await cloud.api("PUT", "/workers/scripts/other/schedules", hours(2))).status, 200);
    assert.equal((await cloud.api("PUT", path, hours(3))).status, 200, "its own are replaced");
  });
});

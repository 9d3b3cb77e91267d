import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import { anyPorts, run, startCloud, temporary } from "./harness.mjs";

describe("faults", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.own("DELETE", "/__faults"));
  after(() => cloud.remove());

  const names = async () => (await cloud.api("GET", "/d1/database")).result.map(({ name }) => name);
  const create = (name) => cloud.api("POST", "/d1/database", { name });

  test("a status answers so, as often as asked, and does nothing", async () => {
    await cloud.own("POST", "/__faults", { method: "POST", path: "/d1/database$", kind: "status", status: 429, times: 2 });
    assert.equal((await create("a")).status, 429);
    assert.equal((await create("a")).status, 429);
    assert.deepEqual(await names(), []);
    assert.equal((await create("a")).status, 200);
  });

  test("requests pass before the fault, as many as asked", async () => {
    await cloud.own("POST", "/__faults", { method: "POST", path: "/d1/database$", kind: "status", status: 500, skip: 1 });
    assert.equal((await create("first")).status, 200);
    assert.equal((await create("second")).status, 500);
    assert.equal((await create("second")).status, 200);
  });

  test("a lost answer has done the work", async () => {
    await cloud.own("POST", "/__faults", { method: "POST", kind: "lost" });
    await assert.rejects(create("lost"));
    assert.ok((await names()).includes("lost"));
  });

  test("half an answer breaks off", async () => {
    await cloud.own("POST", "/__faults", { method: "POST", kind: "half" });
    await assert.rejects(create("half"));
    assert.ok((await names()).includes("half"));
  });

  test("silence lasts until the client gives up, and nothing is done", async () => {
    await cloud.own("POST", "/__faults", { method: "POST", kind: "silent" });
    const url = `${cloud.info.api}/accounts/${cloud.info.account}/d1/database`;

    await assert.rejects(
      fetch(url, {
        method: "POST",
        body: '{"name":"silent"}',
        headers: { authorization: `Bearer ${cloud.info.token}` },
        signal: AbortSignal.timeout(300),
      }),
      { name: "TimeoutError" },
    );
    assert.ok(!(await names()).includes("silent"));
  });

  test("an unknown kind is refused", async () => {
    assert.equal((await cloud.own("POST", "/__faults", { kind: "odd" })).status, 400);
  });

  test("requests are recorded with the fault they met", async () => {
    await cloud.own("DELETE", "/__requests");
    await cloud.own("POST", "/__faults", { method: "POST", kind: "status", status: 500 });
    await create("seen");
    await names();
    const requests = (await cloud.own("GET", "/__requests")).result;

    assert.deepEqual(
      requests.map(({ method, fault, body }) => [method, fault, body]),
      [
        ["POST", "status", '{"name":"seen"}'],
        ["GET", undefined, undefined],
      ],
    );
  });
});

test("without --faults there are no controls", async (t) => {
  const dir = temporary();
  const { child, exit, started } = await run(["--data", dir, ...anyPorts]);
  t.after(async () => {
    child.kill();
    await exit;
    rmSync(dir, { recursive: true, force: true });
  });
  const { token } = JSON.parse(readFileSync(`${dir}/cloud.json`, "utf8"));
  for (const path of ["/__faults", "/__requests"]) {
    const response = await fetch(new URL(path, started.api), { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 404);
  }
});

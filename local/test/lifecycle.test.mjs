import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { get } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { answering, anyPorts, run, startCloud, temporary } from "./harness.mjs";

// workerds lists the workerd processes that a local cloud has started.
const workerds = (cloud) => readFileSync(join(cloud.dir, "workerd.pid"), "utf8").split("\n").filter(Boolean).map(Number);

const alive = (pid) => {
  try {
    return !execFileSync("ps", ["-p", String(pid), "-o", "stat="], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
};

describe("the process", () => {
  test("says how to reach it, in a file that only its owner reads", async (t) => {
    const cloud = await startCloud();
    t.after(() => cloud.remove());

    assert.equal(cloud.info.pid, cloud.child.pid);
    assert.match(cloud.info.api, /^http:\/\/127\.0\.0\.1:\d+\/client\/v4$/);
    assert.match(cloud.info.tls, /^127\.0\.0\.1:\d+$/);

    for (const file of ["cloud.json", "state.json", "cloud.log"]) {
      assert.equal(statSync(join(cloud.dir, file)).mode & 0o777, 0o600, file);
    }
  });

  test("keeps databases, objects, scripts and token over a restart", async (t) => {
    const first = await startCloud();
    const database = await first.database();
    await first.query(database, "CREATE TABLE t (a); INSERT INTO t VALUES (7)");
    await first.api("POST", "/r2/buckets", { name: "pictures" });
    await first.api("PUT", "/r2/buckets/pictures/objects/a", Buffer.from("kept"));
    await first.upload("api", answering('(await env.DB.prepare("SELECT a FROM t").first()).a'), [
      { type: "d1", name: "DB", id: database },
    ]);
    assert.equal((await first.stop()).code, 0);

    const second = await startCloud(first.dir);
    t.after(() => second.remove());
    assert.equal(second.info.token, first.info.token);
    assert.equal((await second.worker()).text, "7");
    assert.equal((await second.api("GET", "/r2/buckets/pictures/objects/a")).bytes.toString(), "kept");
  });

  test("a stop ends workerd and takes the info file away", async (t) => {
    const cloud = await startCloud();
    t.after(() => rmSync(cloud.dir, { recursive: true, force: true }));
    // Deleting a database restarts the runtime, which must not install other signal handlers again.
    const database = await cloud.database();
    await cloud.api("DELETE", `/d1/database/${database}`);
    await cloud.database();
    await cloud.upload("api", answering("1"));
    const [workerd] = workerds(cloud);
    assert.ok(alive(workerd));
    assert.equal((await cloud.stop()).code, 0);
    assert.ok(!alive(workerd));
    assert.ok(!existsSync(join(cloud.dir, "cloud.json")));
  });

  test("after a kill the next start ends the orphaned workerd and serves again", async (t) => {
    const killed = await startCloud();
    await killed.upload("api", answering('"alive"'));
    const [orphan] = workerds(killed);
    await killed.stop("SIGKILL");
    assert.ok(alive(orphan));

    const healed = await startCloud(killed.dir);
    t.after(() => healed.remove());
    assert.ok(!alive(orphan));
    assert.equal((await healed.worker()).text, '"alive"');
  });

  test("a workerd that dies is started again", async (t) => {
    const cloud = await startCloud();
    t.after(() => cloud.remove());
    await cloud.upload("api", answering('"alive"'));
    process.kill(workerds(cloud)[0], "SIGKILL");
    const statuses = [];
    do statuses.push((await cloud.worker()).status);
    while (statuses.at(-1) !== 200 && statuses.length < 5);

    assert.equal(statuses.at(-1), 200);
    assert.ok(
      statuses.slice(0, -1).every((status) => status === 503),
      `${statuses}`,
    );
  });

  test("a second one on the same data is refused", async (t) => {
    const cloud = await startCloud();
    t.after(() => cloud.remove());
    const { code, errors } = (await run(["--data", cloud.dir, ...anyPorts])).started;
    assert.equal(code, 1);
    assert.match(errors, /already running/);
  });

  test("a port in use is named, with the way to choose another", async (t) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.after(() => taken.close());
    const { port } = taken.address();
    const dir = temporary();
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const { code, errors } = (await run(["--data", dir, "--worker-port", String(port), "--api-port", "0", "--tls-port", "0"]))
      .started;

    assert.equal(code, 3);
    assert.match(errors, new RegExp(`Port ${port} is in use.*--worker-port N.*ADDREAMS_WORKER_PORT=N`));
    assert.ok(!existsSync(join(dir, "cloud.json")));
  });

  test("an option that does not exist is refused with the usage", async () => {
    const { code, errors } = (await run(["--prot", "1"])).started;
    assert.equal(code, 2);
    assert.match(errors, /usage:/);
  });
});

describe("TLS", () => {
  const secure = (url, options) =>
    new Promise((resolve, reject) => {
      get(url, options, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      }).on("error", reject);
    });

  test("the certificate is valid for both loopback names under the authority, and for no other name", async (t) => {
    const cloud = await startCloud();
    t.after(() => cloud.remove());
    const ca = readFileSync(cloud.info.ca);
    const headers = { authorization: `Bearer ${cloud.info.token}` };
    const path = `/client/v4/accounts/${cloud.info.account}/d1/database`;
    const port = cloud.info.tls.split(":")[1];
    for (const host of ["127.0.0.1", "localhost"]) {
      assert.equal(await secure(`https://${host}:${port}${path}`, { ca, headers, family: 4 }), 200);
    }

    await assert.rejects(secure(`https://127.0.0.1:${port}${path}`, { headers }), { code: /UNABLE_TO_VERIFY|SELF_SIGNED/ });
  });

  test("the authority survives a restart, and is created again if it is broken", async (t) => {
    const first = await startCloud();
    const before = readFileSync(first.info.ca, "utf8");
    await first.stop();
    const second = await startCloud(first.dir);
    assert.equal(readFileSync(second.info.ca, "utf8"), before);

    await second.stop();
    rmSync(join(first.dir, "tls", "server.key"));
    const third = await startCloud(first.dir);
    t.after(() => third.remove());
    assert.notEqual(readFileSync(third.info.ca, "utf8"), before);
  });
});

describe("who may call", () => {
  test("only the bearer of the token, for the account", async (t) => {
    const cloud = await startCloud();
    t.after(() => cloud.remove());
    const asked = async (token) => {
      const { status, errors } = await cloud.api("GET", "/d1/database", undefined, { token });
      return [status, errors?.[0]?.code];
    };
    assert.deepEqual(await asked(cloud.info.token), [200, undefined]);
    assert.deepEqual(await asked("wrong"), [403, 10000]);
    assert.deepEqual(await asked(null), [401, 10001]);

    const headers = { authorization: `Bearer ${cloud.info.token}` };
    const other = await fetch(`${cloud.info.api}/accounts/${"0".repeat(32)}/d1/database`, { headers });
    assert.equal(other.status, 403);

    const nowhere = await cloud.api("GET", "/nowhere");
    assert.deepEqual([nowhere.status, nowhere.errors[0].code], [404, 7003]);
  });
});

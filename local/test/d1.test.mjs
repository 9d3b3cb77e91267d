import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCloud } from "./harness.mjs";

describe("D1", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  test("a database is created, read, listed by name and deleted", async () => {
    const created = await cloud.api("POST", "/d1/database", { name: "addreams-db" });
    assert.equal(created.status, 200);

    const { uuid, name, version } = created.result;
    assert.match(uuid, /^[0-9a-f-]{36}$/);
    assert.deepEqual({ name, version }, { name: "addreams-db", version: "production" });
    assert.equal((await cloud.api("GET", `/d1/database/${uuid}`)).result.name, "addreams-db");

    const listed = await cloud.api("GET", "/d1/database?name=addreams-db");
    assert.deepEqual(
      listed.result.map((one) => one.uuid),
      [uuid],
    );
    assert.equal(listed.info.total_count, 1);
    assert.equal((await cloud.api("DELETE", `/d1/database/${uuid}`)).status, 200);

    const gone = await cloud.api("GET", `/d1/database/${uuid}`);
    assert.deepEqual([gone.status, gone.errors[0].code], [404, 7404]);
  });

  test("a name that is taken is refused with 7502", async () => {
    await cloud.database("twice");
    const again = await cloud.api("POST", "/d1/database", { name: "twice" });
    assert.deepEqual([again.status, again.errors[0].code], [400, 7502]);
  });

  test("query answers rows as objects, raw as columns and rows", async () => {
    const uuid = await cloud.database("shapes");
    const made = await cloud.query(
      uuid,
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t (name) VALUES ('a;b');",
    );
    assert.equal(made.result.length, 2);
    assert.equal(made.result[1].meta.changes, 1);
    assert.equal(made.result[1].meta.last_row_id, 1);

    const objects = await cloud.query(uuid, "SELECT id, name FROM t WHERE name = ?", ["a;b"]);
    assert.deepEqual(objects.result[0].results, [{ id: 1, name: "a;b" }]);

    const raw = await cloud.api("POST", `/d1/database/${uuid}/raw`, { sql: "SELECT id, id, name FROM t" });
    assert.deepEqual(raw.result[0].results, { columns: ["id", "id", "name"], rows: [[1, 1, "a;b"]] });

    for (const field of [
      "served_by",
      "duration",
      "changes",
      "last_row_id",
      "changed_db",
      "size_after",
      "rows_read",
      "rows_written",
    ]) {
      assert.ok(field in raw.result[0].meta, field);
    }
  });

  test("a batch is all or nothing", async () => {
    const uuid = await cloud.database("atomic");
    await cloud.query(uuid, "CREATE TABLE t (a UNIQUE)");
    const failed = await cloud.api("POST", `/d1/database/${uuid}/query`, {
      batch: [
        { sql: "INSERT INTO t VALUES (?)", params: [1] },
        { sql: "INSERT INTO t VALUES (?)", params: [1] },
      ],
    });
    assert.deepEqual([failed.status, failed.errors[0].code], [400, 7500]);
    assert.match(failed.errors[0].message, /UNIQUE constraint failed: t\.a/);

    const count = await cloud.query(uuid, "SELECT count(*) AS n FROM t");
    assert.deepEqual(count.result[0].results, [{ n: 0 }]);
  });

  test("several statements in one text are one transaction", async () => {
    const uuid = await cloud.database("texts");
    const failed = await cloud.query(uuid, "CREATE TABLE t (a); INSERT INTO nowhere VALUES (1);");
    assert.equal(failed.status, 400);
    const tables = await cloud.query(uuid, "SELECT name FROM sqlite_master WHERE name = 't'");
    assert.deepEqual(tables.result[0].results, []);
  });

  test("what D1 refuses is refused", async (t) => {
    const uuid = await cloud.database("refusals");
    const refusals = {
      "a transaction": { sql: "BEGIN" },
      "the end of one": { sql: "COMMIT" },
      "a savepoint": { sql: "SAVEPOINT a" },
      "a banned pragma": { sql: "PRAGMA journal_mode = WAL" },
      "attaching a file": { sql: "ATTACH DATABASE '/tmp/x' AS x" },
      "a syntax error": { sql: "SELEC 1" },
      "an unknown table": { sql: "SELECT * FROM nowhere" },
      "too few parameters": { sql: "SELECT ?, ?", params: [1] },
      "more than 100 parameters": { sql: `SELECT ${Array(101).fill("?").join()}`, params: Array(101).fill(1) },
      "an object as parameter": { sql: "SELECT ?", params: [{}] },
      "a statement above 100 kB": { sql: `SELECT '${"x".repeat(100_001)}'` },
      "two statements with parameters": { sql: "SELECT ?; SELECT 2", params: [1] },
      nothing: { sql: " -- nothing\n;" },
      "no sql": {},
    };

    for (const [name, body] of Object.entries(refusals)) {
      await t.test(name, async () => {
        const refused = await cloud.api("POST", `/d1/database/${uuid}/query`, body);
        assert.equal(refused.status, 400);
        assert.ok(refused.errors[0].message);
      });
    }
  });

  test("a trigger with its semicolons is one statement", async () => {
    const uuid = await cloud.database("triggers");
    const made = await cloud.query(
      uuid,
      `CREATE TABLE t (a); -- a comment; with a semicolon
			create trigger twice after insert on t when new.a < 10 begin
				insert into t values (case when new.a > 5 then 50 else 10 end); select ';';
			end;
			INSERT INTO t VALUES (1)`,
    );
    assert.equal(made.status, 200);
    assert.equal(made.result.length, 3);
    const rows = await cloud.query(uuid, "SELECT a FROM t");
    assert.deepEqual(rows.result[0].results, [{ a: 1 }, { a: 10 }]);
  });

  test("a restore brings the bookmark's data back, and can itself be undone", async () => {
    const uuid = await cloud.database("travel");
    const path = `/d1/database/${uuid}/time_travel`;
    const rows = async () => (await cloud.query(uuid, "SELECT a FROM t")).result[0].results.map(({ a }) => a);
    await cloud.query(uuid, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const { bookmark } = (await cloud.api("GET", `${path}/bookmark`)).result;
    assert.match(bookmark, /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/);

    await cloud.query(uuid, "INSERT INTO t VALUES (2)");
    const restored = await cloud.api("POST", `${path}/restore?bookmark=${bookmark}`);
    assert.equal(restored.status, 200);
    assert.deepEqual(await rows(), [1]);

    await cloud.api("POST", `${path}/restore?bookmark=${restored.result.previous_bookmark}`);
    assert.deepEqual(await rows(), [1, 2]);

    const byTime = await cloud.api("GET", `${path}/bookmark?timestamp=${new Date().toISOString()}`);
    await cloud.query(uuid, "INSERT INTO t VALUES (3)");
    await cloud.api("POST", `${path}/restore?bookmark=${byTime.result.bookmark}`);
    assert.deepEqual(await rows(), [1, 2]);
  });

  test("a bookmark that was never given is refused", async () => {
    const uuid = await cloud.database("nowhen");
    const refused = await cloud.api(
      "POST",
      `/d1/database/${uuid}/time_travel/restore?bookmark=00000000-00000000-00000000-${"0".repeat(32)}`,
    );
    assert.equal(refused.status, 400);

    const early = await cloud.api("GET", `/d1/database/${uuid}/time_travel/bookmark?timestamp=2001-01-01T00:00:00Z`);
    assert.equal(early.status, 400);
  });
});

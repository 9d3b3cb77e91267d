import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startCloud } from "./harness.mjs";

const md5 = (text) => createHash("md5").update(text).digest("hex");

describe("D1 import", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  const ask = (uuid, body) => cloud.api("POST", `/d1/database/${uuid}/import`, body);
  const put = (url, body) => fetch(url, { method: "PUT", body }); // without the token
  const tables = async (uuid) =>
    (await cloud.query(uuid, "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name")).result[0]
      .results;

  // imported asks as wrangler does: it uploads the file unless that is there, and polls until the status is no longer "active".
  const imported = async (uuid, sql) => {
    const etag = md5(sql);
    let { result } = await ask(uuid, { action: "init", etag });
    const fresh = "upload_url" in result;
    if (fresh) {
      const upload = await put(result.upload_url, sql);
      assert.deepEqual([upload.status, upload.headers.get("etag")], [200, `"${etag}"`]);
      ({ result } = await ask(uuid, { action: "ingest", filename: result.filename, etag }));
    }
    while (result.success && result.status === "active") {
      ({ result } = await ask(uuid, { action: "poll", current_bookmark: result.at_bookmark }));
    }
    return { ...result, fresh };
  };

  test("a file is executed, with what D1 measured", async () => {
    const uuid = await cloud.database("whole");
    const sql = `PRAGMA defer_foreign_keys=TRUE;
CREATE TABLE parent (id TEXT PRIMARY KEY);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent(id));
INSERT INTO child VALUES (1, 'ä;''b');
INSERT INTO parent VALUES ('ä;''b'); -- the end;
CREATE TRIGGER t AFTER INSERT ON parent BEGIN SELECT 1; SELECT 2; END;`;

    const { status, success, type, result, fresh } = await imported(uuid, sql);

    assert.deepEqual([status, success, type, fresh], ["complete", true, "import", true]);
    assert.equal(result.num_queries, 6);
    assert.ok(result.meta.rows_written >= 2 && result.meta.duration >= 0 && result.meta.size_after > 0, JSON.stringify(result));
    const now = await cloud.api("GET", `/d1/database/${uuid}/time_travel/bookmark`);
    assert.equal(result.final_bookmark, now.result.bookmark);
    assert.deepEqual((await cloud.query(uuid, "SELECT parent FROM child")).result[0].results, [{ parent: "ä;'b" }]);
  });

  test("a file that is there already is executed again without an upload", async () => {
    const uuid = await cloud.database("again");
    const sql = "CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1);";
    assert.equal((await imported(uuid, sql)).fresh, true);

    const { status, fresh } = await imported(uuid, sql);

    assert.deepEqual([status, fresh], ["complete", false]);
    assert.equal((await cloud.query(uuid, "SELECT * FROM t")).result[0].results.length, 2);
  });

  test("an exported database is imported", async () => {
    const from = await cloud.database("from");
    await cloud.query(
      from,
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t (a) VALUES (x'00ff'), (0.1)",
    );
    const job = await cloud.api("POST", `/d1/database/${from}/export`, { output_format: "polling" });
    const made = await cloud.api("POST", `/d1/database/${from}/export`, {
      output_format: "polling",
      current_bookmark: job.result.at_bookmark,
    });
    const into = await cloud.database("into");

    const { status } = await imported(into, await (await fetch(made.result.result.signed_url)).text());

    assert.equal(status, "complete");
    const [was, is] = await Promise.all([from, into].map((one) => cloud.query(one, "SELECT id, quote(a) AS a FROM t")));
    assert.deepEqual(is.result[0].results, was.result[0].results);
  });

  test("what D1 refuses fails, and nothing of the file stays", async () => {
    const cases = {
      "a transaction": ["BEGIN TRANSACTION; CREATE TABLE t (a); COMMIT;", /transaction/i],
      "a savepoint": ["CREATE TABLE t (a); SAVEPOINT s;", /transaction|savepoint/i],
      "an error of syntax": ["CREATE TABLE t (a); CREATE TABEL u (a);", /near "TABEL": syntax error/],
      "a row twice": [
        "CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1); INSERT INTO t VALUES (1);",
        /UNIQUE constraint failed: t\.a/,
      ],
      "a reference to nothing": [
        "PRAGMA defer_foreign_keys=TRUE; CREATE TABLE p (id PRIMARY KEY); CREATE TABLE t (p REFERENCES p(id)); INSERT INTO t VALUES (1);",
        /FOREIGN KEY constraint failed/,
      ],
      "a statement that is too long": [
        `CREATE TABLE t (a); INSERT INTO t VALUES ('${"x".repeat(100_000)}');`,
        /statement too long/,
      ],
      "an attached database": ["CREATE TABLE t (a); ATTACH ':memory:' AS other;", /not authorized/],
      "no statement": ["-- nothing\n", /No SQL statements detected/],
    };
    for (const [name, [sql, error]] of Object.entries(cases)) {
      const uuid = await cloud.database(name.replaceAll(" ", "-"));
      const result = await imported(uuid, sql);

      assert.deepEqual([result.success, result.status], [false, "error"], name);
      assert.match(result.error, error, name);
      assert.deepEqual(result.errors, [result.error], name);
      assert.deepEqual(await tables(uuid), [], name);
    }
  });

  test("what is not an import is refused", async () => {
    const uuid = await cloud.database("refused");
    const etag = md5("SELECT 1");
    const { result } = await ask(uuid, { action: "init", etag });
    for (const [body, code] of [
      [{}, 7400],
      [{ action: "init" }, 7400],
      [{ action: "init", etag: "abc" }, 7400],
      [{ action: "other", etag }, 7400],
      [{ action: "ingest", etag, filename: result.filename }, 7500], // before the upload
    ]) {
      const answer = await ask(uuid, body);
      assert.deepEqual([answer.status, answer.errors[0].code], [400, code], JSON.stringify(body));
    }

    const upload = await put(result.upload_url, "SELECT 2"); // something else
    assert.equal(upload.headers.get("etag"), `"${md5("SELECT 2")}"`);
    assert.equal((await ask(uuid, { action: "ingest", etag, filename: result.filename })).errors[0].code, 7500);
    const other = await cloud.database("other");
    assert.equal((await put(result.upload_url, "SELECT 1")).status, 200);
    assert.equal((await ask(other, { action: "ingest", etag, filename: result.filename })).errors[0].code, 7500);

    const idle = await ask(uuid, { action: "poll", current_bookmark: "none" });
    assert.deepEqual([idle.result.success, idle.result.error], [false, "Not currently importing anything."]);
    const absent = await ask("00000000-0000-4000-8000-000000000000", { action: "init", etag });
    assert.deepEqual([absent.status, absent.errors[0].code], [404, 7404]);
    assert.equal((await put(`${cloud.control}/d1-import/00000000-0000-4000-8000-000000000000.sql`, "SELECT 1")).status, 404);
  });
});

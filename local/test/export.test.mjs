import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCloud } from "./harness.mjs";

describe("D1 export", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  const start = (uuid, body) => cloud.api("POST", `/d1/database/${uuid}/export`, { output_format: "polling", ...body });

  // exported asks as wrangler does: until the status is no longer "active", with the bookmark of the last answer.
  const exported = async (uuid, options) => {
    let { result } = await start(uuid, { dump_options: options });
    assert.deepEqual([result.status, result.type, result.success], ["active", "export", true]);
    while (result.status === "active") {
      ({ result } = await start(uuid, { dump_options: options, current_bookmark: result.at_bookmark }));
    }
    return result;
  };

  test("the dump loads into another database", async () => {
    const uuid = await cloud.database("from");
    await cloud.query(
      uuid,
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b); INSERT INTO t (a, b) VALUES ('it''s; one', x'00ff'), (NULL, 0.1); CREATE INDEX i ON t (a)",
    );

    const { status, result } = await exported(uuid);
    const download = await fetch(result.signed_url); // without the token

    assert.equal(status, "complete");
    assert.match(result.filename, /^from-.+\.sql$/);
    const into = await cloud.database("into");
    assert.equal((await cloud.query(into, await download.text())).status, 200);
    for (const sql of [
      "SELECT id, a, hex(b) AS b FROM t",
      "SELECT type, name, sql FROM sqlite_master WHERE name IN ('t', 'i')",
    ]) {
      const [was, is] = await Promise.all([uuid, into].map((one) => cloud.query(one, sql)));
      assert.equal(was.result[0].results.length, 2);
      assert.deepEqual(is.result[0].results, was.result[0].results);
    }
  });

  test("dump_options leave out rows, the schema and tables", async () => {
    const uuid = await cloud.database("parts");
    await cloud.query(uuid, "CREATE TABLE a (x); INSERT INTO a VALUES (1); CREATE TABLE b (y); INSERT INTO b VALUES (2)");
    const dump = async (options) => (await fetch((await exported(uuid, options)).result.signed_url)).text();

    const begin = "PRAGMA defer_foreign_keys=TRUE;\n";
    assert.equal(await dump({ no_data: true }), `${begin}CREATE TABLE a (x);\nCREATE TABLE b (y);\n`);
    assert.equal(await dump({ no_schema: true, tables: ["b"] }), `${begin}INSERT INTO "b" VALUES(2);\n`);
  });

  test("a virtual table ends the export with Cloudflare's error", async () => {
    const uuid = await cloud.database("virtual");
    await cloud.query(uuid, "CREATE VIRTUAL TABLE f USING fts5(a)");

    const { status, error } = await exported(uuid);

    assert.deepEqual([status, error], ["error", "D1 Export error: cannot export databases with Virtual Tables (fts5)"]);
  });

  test("what is not an export is refused", async () => {
    const uuid = await cloud.database("refused");
    for (const [body, code] of [
      [{ output_format: "file" }, 7400],
      [{ dump_options: { tables: "a" } }, 7400],
      [{ current_bookmark: "00000000-00000000-00000000-none" }, 7500],
    ]) {
      const answer = await start(uuid, body);
      assert.deepEqual([answer.status, answer.errors[0].code], [400, code]);
    }
    const absent = await start("00000000-0000-4000-8000-000000000000");
    assert.deepEqual([absent.status, absent.errors[0].code], [404, 7404]);
    const gone = await fetch(`${cloud.control}/d1-export/00000000-0000-4000-8000-000000000000.sql`);
    assert.equal(gone.status, 404);
  });
});

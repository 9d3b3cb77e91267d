// D1.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./worker.mjs";

const verdicts = {}; // of the gate, by the name of the request
const worker = await start({ gate: ({ name, count }) => verdicts[name]?.[count] ?? "go" });
after(worker.stop);

const send = (statements, name = "") =>
  worker.get("/sql", {
    method: "POST",
    headers: { "x-case": name },
    body: JSON.stringify(statements.map(([SQL, ...Args]) => ({ SQL, Args }))),
  });

async function run(...statements) {
  const response = await send(statements);
  assert.equal(response.status, 200, "it is not refused");
  return response.json();
}

async function refusal(...statements) {
  const response = await send(statements);
  assert.equal(response.status, 418);
  return response.text();
}

before(() => run(["CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"]));

const values = {
  null: [null, null],
  whole: [7, 7],
  negative: [-1, -1],
  fraction: [1.5, 1.5],
  "the largest exact": [2 ** 53 - 1, 2 ** 53 - 1],
  huge: [1e300, 1e300],
  "empty text": ["", ""],
  ascii: ["plain", "plain"],
  "long ascii": ["x".repeat(300), "x".repeat(300)],
  "text beyond ascii": ["Grüße, 世界 🎈", "Grüße, 世界 🎈"],
  "nul in text": ["a\0b", "a\0b"],
  bytes: [{ blob: "bytes" }, btoa("bytes")],
  "no bytes": [{ blob: "" }, ""],
};
for (const [name, [given, found]] of Object.entries(values)) {
  test(`${name}: the value comes back`, async () => {
    const [alone] = await run(["SELECT ? AS value, 'end' AS last", given]);
    assert.deepEqual(alone.Columns, ["value", "last"]);
    assert.deepEqual(alone.Rows, [[found, "end"]]);
    const [, inBatch] = await run(["SELECT 1"], ["SELECT ? AS value, 'end' AS last", given]);
    assert.deepEqual(inBatch.Rows, alone.Rows);
  });
}

test("many rows come in their order", async () => {
  const [{ Rows }] = await run([
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 'row ' || i AS t FROM n",
  ]);
  assert.equal(Rows.length, 5000);
  assert.ok(Rows.every(([i, text], index) => i === index + 1 && text === `row ${i}`));
});

test("what a statement changed is counted, and RETURNING has rows", async () => {
  const [inserted, updated, read] = await run(
    ["INSERT INTO note (id, text) VALUES (1, 'a'), (2, 'b') RETURNING id"],
    ["UPDATE note SET text = text || '!'"],
    ["SELECT text FROM note ORDER BY id"],
  );

  assert.equal(inserted.Changes, 2);
  assert.deepEqual(inserted.Rows, [[1], [2]]);
  assert.equal(updated.Changes, 2);
  assert.deepEqual(read.Rows, [["a!"], ["b!"]]);
});

test("a batch is all or nothing", async () => {
  const message = await refusal(["INSERT INTO note (text) VALUES ('half')"], ["INSERT INTO note (text) VALUES ('half')"]);
  assert.equal(message, "refused: d1: UNIQUE constraint failed: note.text");
  const [{ Rows }] = await run(["SELECT * FROM note WHERE text = 'half'"]);
  assert.deepEqual(Rows, []);
});

test("a refusal by SQLite keeps its words", async () => {
  assert.match(await refusal(["SELECT * FROM missing"]), /^refused: d1: no such table: missing/);
  assert.match(await refusal(["SELEKT"]), /^refused: d1: near "SELEKT": syntax error/);
  assert.match(
    await refusal(["INSERT INTO note (text) VALUES (?)", null]),
    /^refused: d1: NOT NULL constraint failed: note.text/,
  );
});

test("a D1 that fails is an error of the host, and the next request works", async () => {
  verdicts.failing = { 1: "fail" };
  const response = await send([["SELECT 1"]], "failing");
  assert.equal(await response.text(), "host: workers: D1: DB fails");
  assert.equal((await run(["SELECT 1 AS one"]))[0].Rows[0][0], 1);
});

test("a lost answer is an error too, though the row is there", async () => {
  verdicts.losing = { 1: "lose" };
  const response = await send([["INSERT INTO note (text) VALUES ('lost')"]], "losing");
  assert.equal(await response.text(), "host: workers: D1: the answer of DB is lost");
  assert.equal((await run(["SELECT 1 FROM note WHERE text = 'lost'"]))[0].Rows.length, 1);
});

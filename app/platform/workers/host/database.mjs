// D1.
import { effect, effectOf } from "./effect.mjs";
import { Failure, status, value } from "./kinds.mjs";

// query runs a batch, and returns a function that writes its answer.
export async function query(mailbox, reader) {
  const database = mailbox.binding(reader.text());
  const statements = Array.from({ length: reader.count() }, () => prepare(database, reader));
  mailbox.did(statements.reduce((most, { sql }) => Math.max(most, effectOf(sql)), effect.none));
  let results;
  try {
    results = await run(database, statements);
  } catch (error) {
    throw refusal(error);
  }
  return (writer) => {
    writer.count(results.length);
    for (const result of results) write(writer, result);
  };
}

function prepare(database, reader) {
  const sql = reader.text();
  const values = Array.from({ length: reader.count() }, () => read(reader));
  const statement = database.prepare(sql);
  return { sql, bound: values.length > 0 ? statement.bind(...values) : statement };
}

// run executes a single SELECT with raw(), which is cheaper because it returns rows as arrays.
async function run(database, statements) {
  if (statements.length === 1 && effectOf(statements[0].sql) === effect.none) {
    const [columns, ...rows] = await statements[0].bound.raw({ columnNames: true });
    return [{ changes: 0, columns, rows }];
  }
  const results = await database.batch(statements.map(({ bound }) => bound));
  return results.map(({ results: objects, meta }) => {
    const columns = objects.length > 0 ? Object.keys(objects[0]) : [];
    return { changes: meta.changes, columns, rows: objects.map(Object.values) };
  });
}

// refusal distinguishes SQLite's errors from failures of D1 itself. A SQLite error has the form
// "D1_ERROR: UNIQUE constraint failed: t.c: SQLITE_CONSTRAINT", and may end with "(extended: SQLITE_CONSTRAINT_UNIQUE)".
function refusal(error) {
  const message = error.message.replace(/^D1_(EXEC_)?ERROR: /, "");
  const end = message.search(/: SQLITE_\w+( \(extended: SQLITE_\w+\))?$/);
  return end < 0 ? new Failure(status.failed, message) : new Failure(status.refused, message.slice(0, end));
}

function read(reader) {
  switch (reader.byte()) {
    case value.number:
      return reader.number();
    case value.text:
      return reader.text();
    case value.blob:
      return reader.raw().slice().buffer;
  }
  return null;
}

function write(writer, { changes, columns, rows }) {
  writer.number(changes).count(columns.length);
  for (const column of columns) writer.text(column);
  writer.count(rows.length);
  for (const row of rows) {
    for (const cell of row) writeValue(writer, cell);
  }
}

// D1 returns a BLOB as an array of numbers.
function writeValue(writer, cell) {
  if (cell === null) writer.byte(value.null);
  else if (typeof cell === "string") writer.byte(value.text).text(cell);
  else if (typeof cell === "object") writer.byte(value.blob).raw(cell instanceof ArrayBuffer ? new Uint8Array(cell) : cell);
  else writer.byte(value.number).number(Number(cell));
}

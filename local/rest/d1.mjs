// D1 databases: create, list, query. https://developers.cloudflare.com/api/resources/d1/
import { randomUUID } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { splitStatements } from "../statements.mjs";
import { CloudError, page } from "./envelope.mjs";
import { json } from "./router.mjs";

const databasesPath = "/accounts/:account/d1/database";

// https://developers.cloudflare.com/d1/platform/limits/
const maxParams = 100;
const maxStatement = 100_000;

// requireDatabase returns the database that the path names, or fails with 404.
export function requireDatabase(state, { database: uuid }) {
  const database = state.databases.find((one) => one.uuid === uuid);
  if (!database) throw new CloudError(404, 7404, `The database ${uuid} could not be found`);
  return database;
}

export function databaseRoutes({ state, runtime, snapshots, databaseFiles }) {
  const find = ({ params }) => requireDatabase(state, params);

  const create = (call) => {
    const { name } = json(call);
    if (!/^[\w-]{1,64}$/.test(name ?? "")) throw new CloudError(400, 7400, "Invalid property: name => Invalid input");
    if (state.databases.some((one) => one.name === name)) {
      throw new CloudError(400, 7502, `Database with name '${name}' already exists`);
    }

    const database = { uuid: randomUUID(), name, version: "production", created_at: new Date().toISOString() };
    state.databases.push(database);
    state.save();
    runtime.invalidate();
    return database;
  };

  const remove = async (call) => {
    const { uuid } = find(call);
    state.databases = state.databases.filter((one) => one.uuid !== uuid);
    state.save();
    await runtime.pause(() => {
      for (const file of databaseFiles(uuid)) rmSync(file, { force: true });
    });
    snapshots.remove(uuid);
    return null;
  };

  const run = async (call, shape) => {
    const { uuid } = find(call);
    const results = await runBatch(runtime, uuid, readStatements(json(call)));
    return results.map(({ results: rows, meta }) => ({ results: shape(rows), success: true, meta: complete(meta) }));
  };

  return [
    [
      "GET",
      databasesPath,
      ({ query }) =>
        page(
          state.databases.filter(({ name }) => name.includes(query.get("name") ?? "")),
          query,
        ),
    ],
    ["POST", databasesPath, create],
    [
      "GET",
      `${databasesPath}/:database`,
      (call) => ({ ...find(call), file_size: fileSize(databaseFiles(call.params.database)[0]) }),
    ],
    ["DELETE", `${databasesPath}/:database`, remove],
    ["POST", `${databasesPath}/:database/query`, (call) => run(call, asObjects)],
    ["POST", `${databasesPath}/:database/raw`, (call) => run(call, (rows) => rows)],
  ];
}

// readStatements reads a query's body: {sql, params}, where sql may hold several statements, or {batch: [{sql, params}]}.
export function readStatements({ sql, params, batch }) {
  const given = batch ?? (params?.length ? [{ sql, params }] : split(sql).map((one) => ({ sql: one })));
  if (!Array.isArray(given) || given.length === 0) throw new CloudError(400, 7400, "No SQL statements detected.");
  return given.map(check);
}

function split(sql) {
  if (typeof sql !== "string") throw new CloudError(400, 7400, "Invalid property: sql => Invalid input");
  return splitStatements(sql);
}

function check({ sql, params = [] }) {
  const one = split(sql);
  if (one.length !== 1) throw new CloudError(400, 7400, "Each statement of a batch, or with params, must be exactly one.");
  if (Buffer.byteLength(one[0]) > maxStatement) throw new CloudError(400, 7500, "statement too long: SQLITE_TOOBIG");
  if (!Array.isArray(params) || !params.every(bindable))
    throw new CloudError(400, 7400, "Invalid property: params => Invalid input");
  if (params.length > maxParams) throw new CloudError(400, 7500, "too many SQL variables: SQLITE_ERROR");
  return { sql: one[0], params };
}

function bindable(value) {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    (Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
  );
}

// runBatch runs the statements in one transaction and returns {results: {columns, rows}, meta} per statement.
export async function runBatch(runtime, uuid, statements) {
  const answer = await runtime.use(async (miniflare) => {
    const worker = await miniflare.getWorker("cloud");
    const response = await worker.fetch(`http://cloud/d1/${uuid}`, { method: "POST", body: JSON.stringify(statements) });
    return response.json();
  });
  if (!Array.isArray(answer)) throw new CloudError(400, 7500, answer.error);
  return answer;
}

function asObjects({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

function complete(meta) {
  return { ...meta, served_by_region: "LOCAL", served_by_primary: true, timings: { sql_duration_ms: meta.duration } };
}

function fileSize(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

// D1's export: a dump that is asked for until it is ready, and then downloaded without the token.
// https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/export/
import { randomUUID } from "node:crypto";
import { requireDatabase } from "./d1.mjs";
import { CloudError, Reply } from "./envelope.mjs";
import { json } from "./router.mjs";

// What Miniflare's D1 takes for an order to dump: no_schema, no_data, and the names of tables.
const exportPragma = "PRAGMA miniflare_d1_export(?,?,?);";

// Exports keeps the latest dump of each database, in memory.
export class Exports {
  #jobs = new Map();
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  // start keeps the dump that the promise makes, instead of the database's last one.
  start(uuid, bookmark, making) {
    const job = { id: randomUUID(), bookmark };
    job.done = making.then(
      (sql) => Object.assign(job, { sql }),
      (error) => Object.assign(job, { error: error.message }),
    );
    this.#jobs.set(uuid, job);
  }

  // finished returns the database's dump of that bookmark, once it is made; undefined if there is none.
  async finished(uuid, bookmark) {
    const job = this.#jobs.get(uuid);
    return job?.bookmark === bookmark ? job.done : undefined;
  }

  address({ id }) {
    return `${this.#origin()}/d1-export/${id}.sql`;
  }

  // file returns the answer to a download.
  file(id) {
    const job = [...this.#jobs.values()].find((one) => one.id === id);
    if (job?.sql === undefined) return Reply.error(404, 10007, "There is no such export, or a later one took its place.");
    return new Reply({ headers: { "content-type": "application/sql" }, body: Buffer.from(job.sql) });
  }
}

export function exportRoutes({ state, runtime, snapshots, exports }) {
  const begin = async ({ uuid }, options) => {
    const bookmark = await runtime.use(() => snapshots.take(uuid));
    exports.start(uuid, bookmark, dump(runtime, uuid, options));
    return { ...progress(bookmark), status: "active", messages: ["Generating export"] };
  };

  const poll = async ({ uuid, name }, bookmark) => {
    const job = await exports.finished(uuid, bookmark);
    if (!job) throw new CloudError(400, 7500, `No export is running at bookmark ${bookmark}.`);
    if (job.error) return { ...progress(bookmark), success: false, status: "error", error: job.error, errors: [job.error] };
    const result = { filename: `${name}-${job.id}.sql`, signed_url: exports.address(job) };
    return { ...progress(bookmark), status: "complete", messages: ["Export complete"], result };
  };

  const run = (call) => {
    const database = requireDatabase(state, call.params);
    const { output_format: format, current_bookmark: bookmark, dump_options: options } = json(call);
    if (format !== "polling") throw new CloudError(400, 7400, "Invalid property: output_format => Invalid input");
    return bookmark ? poll(database, bookmark) : begin(database, readOptions(options ?? {}));
  };

  return [["POST", "/accounts/:account/d1/database/:database/export", run]];
}

function progress(bookmark) {
  return { success: true, type: "export", at_bookmark: bookmark, messages: [], errors: [] };
}

function readOptions({ no_schema: noSchema = false, no_data: noData = false, tables = [] }) {
  if (typeof noSchema === "boolean" && typeof noData === "boolean" && Array.isArray(tables) && tables.every(isText)) {
    return [Number(noSchema), Number(noData), ...tables];
  }
  throw new CloudError(400, 7400, "Invalid property: dump_options => Invalid input");
}

const isText = (value) => typeof value === "string";

async function dump(runtime, uuid, params) {
  const response = await runtime.use(async (miniflare) => {
    const worker = await miniflare.getWorker("cloud");
    const answer = await worker.fetch(`http://cloud/d1/${uuid}`, {
      method: "POST",
      body: JSON.stringify([{ sql: exportPragma, params }]),
    });
    return { ok: answer.ok, text: await answer.text() };
  });
  if (!response.ok)
    throw new Error(response.text.match(/D1 Export error: .*/)?.[0] ?? "D1 Export error: the database can't be exported");
  return `${JSON.parse(response.text).results[0].join("\n")}\n`;
}

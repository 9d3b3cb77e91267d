// D1's import: a file is uploaded without the token, ingested as one transaction, and asked about until that is done.
// https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/import/
import { createHash, randomUUID } from "node:crypto";
import { readStatements, requireDatabase, runBatch } from "./d1.mjs";
import { CloudError, Reply } from "./envelope.mjs";
import { json } from "./router.mjs";

// Imports keeps the latest file of each database, and its latest import, in memory.
export class Imports {
  #files = new Map();
  #jobs = new Map();
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  // expect returns where the database's next file goes.
  expect(uuid, etag) {
    const filename = `${randomUUID()}.sql`;
    this.#files.set(uuid, { filename, etag });
    return { filename, upload_url: `${this.#origin()}/d1-import/${filename}` };
  }

  // upload returns the answer to an upload. As R2 does, it takes what comes, and says what that is.
  upload(filename, content) {
    const file = [...this.#files.values()].find((one) => one.filename === filename);
    if (!file) return Reply.error(404, 10007, "There is no such upload, or a later one took its place.");
    const etag = createHash("md5").update(content).digest("hex");
    if (etag === file.etag) file.sql = content.toString("utf8");
    return new Reply({ headers: { etag: `"${etag}"` } });
  }

  // uploaded returns the database's file if it is whole and the one that is meant; otherwise undefined.
  uploaded(uuid, etag, filename) {
    const file = this.#files.get(uuid);
    return file?.etag === etag && (filename ?? file.filename) === file.filename ? file.sql : undefined;
  }

  // start keeps the import that the promise is, instead of the database's last one.
  start(uuid, bookmark, making) {
    const done = making.then(
      (result) => ({ result }),
      (error) => ({ error: error.message }),
    );
    this.#jobs.set(uuid, { bookmark, done });
  }

  // finished returns the outcome of the database's import from that bookmark, once there is one; undefined if there is none.
  async finished(uuid, bookmark) {
    const job = this.#jobs.get(uuid);
    return job?.bookmark === bookmark ? job.done : undefined;
  }
}

export function importRoutes({ state, runtime, snapshots, imports }) {
  const present = (uuid) => runtime.use(() => snapshots.take(uuid));

  const ingest = async (uuid, sql) => {
    const bookmark = await present(uuid);
    imports.start(
      uuid,
      bookmark,
      execute(runtime, uuid, sql).then(async (done) => ({ ...done, final_bookmark: await present(uuid) })),
    );
    return { ...progress(bookmark), status: "active", messages: ["Importing"] };
  };

  const poll = async (uuid, bookmark) => {
    const outcome = await imports.finished(uuid, bookmark);
    if (!outcome) return { ...progress(bookmark), success: false, error: "Not currently importing anything." };
    const { error, result } = outcome;
    if (error) return { ...progress(bookmark), success: false, status: "error", error, errors: [error] };
    return { ...progress(bookmark), status: "complete", messages: ["Import complete"], result };
  };

  const run = (call) => {
    const { uuid } = requireDatabase(state, call.params);
    const { action, etag, filename, current_bookmark: bookmark } = json(call);
    if (action === "poll") return poll(uuid, bookmark);
    if (!/^[0-9a-f]{32}$/.test(etag)) throw invalid("etag");

    const sql = imports.uploaded(uuid, etag, filename);
    if (action === "init") return sql === undefined ? { success: true, ...imports.expect(uuid, etag) } : ingest(uuid, sql);
    if (action !== "ingest") throw invalid("action");
    if (sql === undefined) throw new CloudError(400, 7500, `The file ${filename} with the MD5 ${etag} was not uploaded.`);
    return ingest(uuid, sql);
  };

  return [["POST", "/accounts/:account/d1/database/:database/import", run]];
}

const invalid = (property) => new CloudError(400, 7400, `Invalid property: ${property} => Invalid input`);

function progress(bookmark) {
  return { success: true, type: "import", at_bookmark: bookmark, messages: [], errors: [] };
}

// execute runs the file's statements in one transaction, and adds up what D1 measured.
async function execute(runtime, uuid, sql) {
  const metas = (await runBatch(runtime, uuid, readStatements({ sql }))).map(({ meta }) => meta);
  const sum = (name) => metas.reduce((total, meta) => total + (meta[name] ?? 0), 0);
  const meta = {
    ...metas.at(-1),
    duration: sum("duration"),
    changes: sum("changes"),
    rows_read: sum("rows_read"),
    rows_written: sum("rows_written"),
    changed_db: metas.some(({ changed_db: changed }) => changed),
  };
  return { num_queries: metas.length, meta };
}

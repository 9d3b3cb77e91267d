// The project's migrations as single statements, for databases that take one at a time.
import fs from "node:fs";
import path from "node:path";

const directory = path.resolve(import.meta.dirname, "../../migrations");
const breakpoint = "--> statement-breakpoint";

// migrate runs every migration, in order. run(statement) runs one statement.
export async function migrate(run) {
  const files = fs.readdirSync(directory).filter((name) => /^\d.*\.sql$/.test(name));
  for (const file of files.sort()) {
    for (const statement of split(fs.readFileSync(path.join(directory, file), "utf8"))) await run(statement);
  }
}

function split(sql) {
  return sql
    .split(sql.includes(breakpoint) ? breakpoint : /;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^--.*$/gm, "").trim());
}

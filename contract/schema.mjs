// The migrations as single statements, for databases that take one at a time.
import fs from "node:fs";
import path from "node:path";

export function statements(dir) {
  return fs
    .readdirSync(dir)
    .filter((f) => f.endsWith(".sql"))
    .sort()
    .flatMap((f) => {
      const sql = fs.readFileSync(path.join(dir, f), "utf8");
      return sql
        .split(sql.includes("--> statement-breakpoint") ? "--> statement-breakpoint" : /;\s*$/m)
        .map((s) => s.trim())
        .filter((s) => s.replace(/^--.*$/gm, "").trim());
    });
}

// What the account holds (databases, buckets, scripts, domains, …), kept as one JSON file. It contains secrets, as the
// bindings of scripts, so it is readable by its owner only.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const empty = () => ({
  account: randomBytes(16).toString("hex"),
  token: randomBytes(30).toString("base64url"),
  databases: [], // {uuid, name, version, created_at}
  bookmarks: [], // {database, bookmark, at}, oldest first
  buckets: [], // {name, location, creation_date}
  scripts: {}, // name → {metadata, parts, schedules, subdomain, settings, created_on, modified_on, etag}
  domains: [], // {id, zone_id, zone_name, hostname, service, environment}
  zones: [], // {id, name}
  routes: [], // {id, zone, pattern, script}
  rulesets: [], // {id, zone, name, kind, phase, description, rules, …}
});

// writeAtomically replaces a file whole: a reader sees the old one or the new one, also after a crash.
export function writeAtomically(file, content, mode = 0o600) {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, file);
}

// openState reads the account from file, or starts an empty one. save() must follow every change.
export function openState(file) {
  const state = empty();
  try {
    Object.assign(state, JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error.code !== "ENOENT") {
      throw new Error(`${file} can't be read (${error.message}). Move it away to start with an empty account.`);
    }
  }
  const save = () => writeAtomically(file, JSON.stringify(state, null, "\t"));
  Object.defineProperty(state, "save", { value: save });
  save();
  return state;
}

// The state of the account (databases, buckets, scripts, domains, …) in one JSON file. It contains secrets, in the bindings of
// scripts, so only its owner may read it.
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

// writeAtomically replaces a whole file: a reader sees the old content or the new, even after a crash.
export function writeAtomically(file, content, mode = 0o600) {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, file);
}

// openState reads the account from a file, or creates an empty one. Call save() after every change.
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

// The log has one line per event, with time and source (cloud, worker, workerd). A large file is rotated at the start.
import { createWriteStream, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

const largest = 20 * 1024 * 1024;

export function openLog(file) {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largest) renameSync(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: "a", mode: 0o600 });
  const log = (source, text) => {
    if (text.trim()) stream.write(`${new Date().toISOString()} ${source.padEnd(7)} ${text.trimEnd()}\n`);
  };
  log.close = () => new Promise((resolve) => stream.end(resolve));
  return log;
}

// The workerd of a run that was killed lives on and keeps the databases open. Its process id is noted beside the data, so
// that the next run ends it before it opens them itself.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { writeAtomically } from "./state.mjs";

const ps = (...args) => {
  try {
    return execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
};

// rememberWorkerd notes the ids of this process's workerd children.
export function rememberWorkerd(file) {
  const children = ps("-A", "-o", "pid=,ppid=,comm=")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const ids = children.filter(([, parent, name]) => Number(parent) === process.pid && name?.includes("workerd"));
  writeAtomically(file, ids.map(([id]) => id).join("\n"));
}

export function forgetWorkerd(file) {
  rmSync(file, { force: true });
}

// endOrphans ends the noted processes, if they still are workerd: an id may have gone to another program since.
export function endOrphans(file) {
  let noted;
  try {
    noted = readFileSync(file, "utf8");
  } catch {
    return;
  }
  for (const id of noted.split("\n").filter(Boolean)) {
    if (ps("-p", id, "-o", "comm=").includes("workerd")) process.kill(Number(id), "SIGKILL");
  }
  forgetWorkerd(file);
}

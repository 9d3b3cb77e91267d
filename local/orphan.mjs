// If this process is killed, its workerd keeps running and keeps the databases open. Its process ID is stored beside the data,
// so that the next run ends it before it opens them.
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

// rememberWorkerd stores the IDs of this process's workerd children.
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

// endOrphans ends the stored processes if they are still workerd: an ID may have been reused by another program.
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

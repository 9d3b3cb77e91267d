// CPU time and memory of a process, from /proc (Linux).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

// childrenOf lists the workerd processes that a process has started.
export function childrenOf(parent) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, name, ppid] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"));
        return Number(ppid) === parent && name === "workerd";
      } catch {
        return false; // it ended meanwhile
      }
    });
}

// cpuMicros returns the CPU time of all threads so far, in microseconds. The scheduler counts it in nanoseconds.
export function cpuMicros(pid) {
  let total = 0n;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += BigInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]);
  }
  return Number(total / 1000n);
}

// residentMB and peakMB return the memory now, and its peak since resetPeak, in MB of 10^6 bytes.
export const residentMB = (pid) => status(pid, "VmRSS");
export const peakMB = (pid) => status(pid, "VmHWM");

export function resetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function status(pid, field) {
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return (Number(kilobytes) * 1024) / 1e6;
}

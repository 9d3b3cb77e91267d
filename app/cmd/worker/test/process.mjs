// What the kernel knows of workerd (Linux: /proc).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

// Resident measures workerd's memory, where the kernel reports it.
export class Resident {
  #pid;
  #before;

  constructor() {
    this.#pid = workerd();
    if (this.#pid) writeFileSync(`/proc/${this.#pid}/clear_refs`, "5"); // the peak is reset
    this.#before = this.#read("VmRSS");
  }

  #read(field) {
    return this.#pid
      ? Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${this.#pid}/status`, "latin1"))[1]) * 1024
      : 0;
  }

  // grown is the growth up to the peak, in bytes.
  get grown() {
    return this.#read("VmHWM") - this.#before;
  }
}

// cpuClock returns a function that returns the CPU time of all of workerd's threads so far, in milliseconds: other processes do
// not add to it. Where the kernel does not report it, that is the time of a clock.
export function cpuClock() {
  const pid = workerd();
  if (!pid) return () => performance.now();
  return () => {
    let total = 0n;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      try {
        total += BigInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]);
      } catch {
        /* the thread has ended meanwhile */
      }
    }
    return Number(total) / 1e6;
  };
}

// workerd returns the ID of the workerd that this process has started last.
function workerd() {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^\\d+ \\(workerd\\) \\S ${process.pid} `).test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      } catch {
        return false; // it has ended meanwhile
      }
    })
    .at(-1);
}

// The memory of workerd, from /proc (Linux).
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

// workerd returns the process ID of the workerd that this process started last.
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

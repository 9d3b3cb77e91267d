// Go's timers. The runtime asks for one event at a time, for the timer that is due first. A setTimeout belongs to the
// request in which it was made, and is lost with it; so the runtime's wish is only noted here, and every request that
// waits keeps a setTimeout of its own (Mailbox.watch). Whoever comes first resumes Go, which then asks anew.

// Milliseconds: Go rounds the time up, and reschedules for no less than one.
const rounding = 2;

export class Timers {
  constructor() {
    this.due = Infinity; // in the time of Date.now
    this.at = Infinity; // when it may fire at the earliest, in Go's own clock, performance.now
    this.entered = performance.now(); // when Go was resumed
    this.lastID = 0;
  }

  // fires reports whether a timer of Go's may fire by now.
  fires(at = this.at) {
    return performance.now() + rounding >= at;
  }

  // imports replaces the runtime's own functions.
  imports(go) {
    return {
      "runtime.scheduleTimeoutEvent": (sp) => {
        const at = sp >>> 0;
        const delay = Number(go.mem.getBigInt64(at + 8, true));
        this.due = Date.now() + delay;
        this.at = this.entered + delay; // Go has told the delay since, and the thread may have rested meanwhile
        this.lastID = (this.lastID + 1) & 0x7fffffff;
        go.mem.setInt32(at + 16, this.lastID, true);
      },
      "runtime.clearTimeoutEvent": () => {
        this.due = this.at = Infinity;
      },
    };
  }
}

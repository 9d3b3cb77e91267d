// Go's timers. The runtime schedules one event at a time, for the timer that is due first. A setTimeout belongs to the request
// that made it, and is lost with it. So the event is only recorded here, and every waiting request has a setTimeout of its own
// (Mailbox.watch). The first one to fire resumes Go, which then schedules the next event.

// In milliseconds. Go rounds the delay up, and reschedules for at least one millisecond.
const rounding = 2;

export class Timers {
  constructor() {
    this.due = Infinity; // by the clock of Date.now
    this.at = Infinity; // the earliest time that it may fire, by Go's clock, performance.now
    this.entered = performance.now(); // when Go was resumed
    this.lastID = 0;
  }

  // fires reports whether one of Go's timers may be due.
  fires(at = this.at) {
    return performance.now() + rounding >= at;
  }

  // imports returns replacements for the runtime's own functions.
  imports(go) {
    return {
      "runtime.scheduleTimeoutEvent": (sp) => {
        const at = sp >>> 0;
        const delay = Number(go.mem.getBigInt64(at + 8, true));
        this.due = Date.now() + delay;
        this.at = this.entered + delay; // a lower bound: Go computed the delay after it was entered
        this.lastID = (this.lastID + 1) & 0x7fffffff;
        go.mem.setInt32(at + 16, this.lastID, true);
      },
      "runtime.clearTimeoutEvent": () => {
        this.due = this.at = Infinity;
      },
    };
  }
}

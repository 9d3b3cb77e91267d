// Go's timers. The runtime asks for one event at a time, for the timer that is due first. A setTimeout belongs to the
// request in which it was made, and is lost with it; so the runtime's wish is only noted here, and every request that
// waits keeps a setTimeout of its own (Mailbox.watch). Whoever comes first resumes Go, which then asks anew.

export class Timers {
  constructor() {
    this.due = Infinity; // in the time of Date.now
    this.lastID = 0;
  }

  // imports replaces the runtime's own functions.
  imports(go) {
    return {
      "runtime.scheduleTimeoutEvent": (sp) => {
        const at = sp >>> 0;
        this.due = Date.now() + Number(go.mem.getBigInt64(at + 8, true));
        this.lastID = (this.lastID + 1) & 0x7fffffff;
        go.mem.setInt32(at + 16, this.lastID, true);
      },
      "runtime.clearTimeoutEvent": () => {
        this.due = Infinity;
      },
    };
  }
}

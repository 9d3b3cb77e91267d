// Notes of requests that may have nobody to go on with them: their instance has died, or the platform has ended their I/O
// context, of which nothing tells.
import { start } from "./kinds.mjs";

export class Orphans {
  constructor() {
    this.due = new Map(); // by mailbox, when it is taken for one
  }

  // add notes a mailbox, if it has a note, which has until then to go on by itself.
  add(mailbox, due) {
    if (mailbox.note && mailbox.request) this.due.set(mailbox, due);
  }

  remove(mailbox) {
    this.due.delete(mailbox);
  }

  // foster has an instance recover them, in the I/O context of a request that is there. What was answered to one is good there
  // too; a call that still runs is not.
  foster(instance, { env, ctx }) {
    if (this.due.size === 0 || instance.dead) return;
    const now = Date.now();
    for (const [mailbox, due] of this.due) {
      if (now < due) continue;
      this.due.delete(mailbox);
      const { kept: { value } = {}, blamed } = mailbox;
      const kept = value && blamed === 0 ? { value, promise: Promise.resolve(value), abort() {} } : undefined;
      instance.adopt({ ...mailbox, env, ctx, kept, body: undefined, answer: undefined, end: undefined }, start.recover, ctx);
    }
  }
}

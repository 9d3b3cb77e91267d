// Requests that another request may have to recover, because their instance has died or the platform has ended their I/O
// context, which it does not report.
import { start } from "./kinds.mjs";
import { legacy, successor } from "./succession.mjs";

// A request whose I/O context is alive continues by itself when it is nudged. If it has not done so after this many
// milliseconds, it is nudged once more before it counts as an orphan, because the thread may be too busy the first time.
const patience = 10_000;

export class Orphans {
  constructor() {
    this.waiting = new Map(); // by mailbox: when to check it, and whether it was nudged twice
  }

  // add registers a mailbox that has a note. One that was nudged twice without success is an orphan at once.
  add(mailbox, twice) {
    if (mailbox.note && mailbox.request) this.waiting.set(mailbox, { due: twice ? 0 : Date.now() + patience, twice });
  }

  remove(mailbox) {
    this.waiting.delete(mailbox);
  }

  // foster recovers orphans in the I/O context of a live request. If the orphan turns out to be alive after all, it recovers
  // itself a second time, which Handlers.Recover must tolerate.
  foster(host) {
    if (this.waiting.size === 0) return;
    const now = Date.now();
    for (const [mailbox, { due, twice }] of this.waiting) {
      if (now < due) continue;
      if (twice) {
        this.waiting.delete(mailbox);
        recover(mailbox, host);
      } else {
        this.waiting.set(mailbox, { due: now + patience, twice: true });
        mailbox.nudge();
      }
    }
  }
}

// recover starts a recovery in another request's I/O context. An answer that the orphan has received can be used there; a call
// still in flight cannot.
function recover(mailbox, { env, ctx }) {
  const left = legacy(mailbox);
  if (!left) return; // the scheduled run cleans up

  const value = left.kept?.value;
  const kept = value && { value, promise: Promise.resolve(value), abort() {} };
  let end;
  ctx.waitUntil(
    new Promise((resolve) => {
      end = resolve;
    }),
  );

  try {
    successor(mailbox, env).adopt(mailbox, start.recover, { env, ctx, kept, end, body: undefined, answer: undefined });
  } catch (error) {
    console.error(`An abandoned request could not be recovered: ${error.stack}`);
    end();
  }
}

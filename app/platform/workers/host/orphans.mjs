// Notes of requests that may have nobody to go on with them: their instance has died, or the platform has ended their I/O
// context, of which nothing tells.
import { start } from "./kinds.mjs";
import { legacy, successor } from "./succession.mjs";

// A request whose I/O context is there goes on by itself when it is woken. One that does not, for so many milliseconds, is woken
// once more before it is taken for an orphan: once could be a thread that had no time for anybody.
const patience = 10_000;

export class Orphans {
  constructor() {
    this.waiting = new Map(); // by mailbox: when to look after it, and whether it was woken twice
  }

  // add notes a mailbox, if it has a note. Who was woken twice in vain is an orphan at once.
  add(mailbox, twice) {
    if (mailbox.note && mailbox.request) this.waiting.set(mailbox, { due: twice ? 0 : Date.now() + patience, twice });
  }

  remove(mailbox) {
    this.waiting.delete(mailbox);
  }

  // foster has orphans recovered in the I/O context of a request that is there. A request that turns up after that is recovered
  // again, by itself: Handlers.Recover bears it.
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

// recover begins a recovery in another request's I/O context. What was answered to the orphan is good there too; a call that
// still runs is not.
function recover(mailbox, { env, ctx }) {
  const left = legacy(mailbox);
  if (!left) return; // for the schedule
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
    console.error(`A request that nobody goes on with could not be recovered: ${error.stack}`);
    end();
  }
}

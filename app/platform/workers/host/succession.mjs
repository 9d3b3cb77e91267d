// What becomes of a request whose instance has died, or will never answer it. In this order:
//   If Go has left a note of it, another instance gets the note, and finishes or undoes what was begun.
//   If it has done nothing yet that matters, another instance gets it anew. A request that an instance died of is not repeated;
//   one that may have killed two by a timer neither.
//   Else it fails.
import { effect } from "./effect.mjs";
import { kind, start } from "./kinds.mjs";

const repeats = 2; // of one request
const recoveries = 1000; // likewise: what it waits for has a time-out of its own
const patience = 10_000; // milliseconds for what still runs

// handOn reports whether the request goes on elsewhere.
export function handOn(mailbox) {
  const { instance, request } = mailbox;
  if (!request || !instance.served) return false;
  if (mailbox.note && (mailbox.kept || mailbox.effect !== effect.none)) {
    // What killed one instance does not get at the others: it has one of its own, at first with the answer that may have been the
    // reason, then without.
    const deaths = mailbox.blamed + mailbox.doubted;
    if (deaths > 1) mailbox.kept = undefined;
    if (deaths > 2 || mailbox.attempts >= recoveries) return false;
    pass(mailbox, start.recover, ({ kept }) => !kept);
    return true;
  }
  if (mailbox.response || mailbox.blamed > 0 || mailbox.doubted > 1 || mailbox.attempts >= repeats || !repeatable(mailbox))
    return false;
  pass(mailbox, start.request, (operation) => operation.kind === kind.bodyRead || operation.kind === kind.bodyPeek);
  return true;
}

function repeatable({ effect: done, request: { method } }) {
  return done === effect.none || (done === effect.again && (method === "GET" || method === "HEAD"));
}

// pass waits for those operations that must have ended, and begins again. Whatever goes wrong, the request is answered.
async function pass(mailbox, how, awaited) {
  try {
    const ended = await settled([...mailbox.inFlight.values()].filter(awaited));
    if (how === start.request && (!ended || (mailbox.body && !mailbox.body.rewind()))) mailbox.fail();
    else mailbox.instance.successor(mailbox).adopt(mailbox, how);
  } catch (error) {
    console.error(`A request could not go on with another Go instance: ${error.stack}`);
    mailbox.fail();
  }
}

// settled waits for operations, and reports whether they have ended in time.
export async function settled(operations) {
  if (operations.length === 0) return true;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(false), patience);
  });
  const ended = await Promise.race([Promise.allSettled(operations.map((operation) => operation.settled)).then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

// What becomes of a request whose instance has died, or will never answer it. In this order:
//   If Go has left a note of it, another instance gets the note, and finishes or undoes what was begun.
//   If it has done nothing yet that matters, another instance gets it anew, as often as instances die of others. A request that
//   an instance died of is not repeated; one that may have killed several neither.
//   Else it fails.
import { limit } from "./blame.mjs";
import { effect } from "./effect.mjs";
import { kind, start } from "./kinds.mjs";

const recoveries = 1000; // of one request that may be the reason for each: what it waits for has a time-out of its own
const patience = 10_000; // milliseconds for what still runs

// handOn reports whether the request goes on elsewhere.
export function handOn(mailbox) {
  const { instance, request } = mailbox;
  if (!request || !instance.served) return false;
  if (mailbox.note && (mailbox.kept || mailbox.effect !== effect.none)) {
    const left = legacy(mailbox);
    if (left) pass(mailbox, start.recover, ({ kept }) => !kept, left);
    return Boolean(left);
  }
  if (mailbox.response || mailbox.blamed > 0 || mailbox.doubted > 1 || mailbox.suspicion > limit || !repeatable(mailbox))
    return false;
  pass(mailbox, start.request, (operation) => operation.kind === kind.bodyRead || operation.kind === kind.bodyPeek);
  return true;
}

// legacy is what a recovery gets besides the note, undefined if there shall be none. What killed one instance gets an instance
// of its own: at first with the answer that may have been the reason, then without.
export function legacy({ kept, blamed, doubted, suspicion }) {
  const deaths = blamed + doubted;
  if (deaths > 2 || suspicion > recoveries) return undefined;
  return { kept: deaths > 1 ? undefined : kept };
}

const often = 3; // deaths: a request that has met so many would meet the next before it has come to its end

// successor is the instance where a request goes on. One that an instance died of, or may have, has one of its own; those that
// have met many deaths of others have one that takes no new requests.
export function successor({ instance: { others }, blamed, apart, met }, env) {
  if (blamed > 0 || apart) return others.make(env);
  return met < often ? others.running(env) : others.refuge(env);
}

function repeatable({ effect: done, request: { method } }) {
  return done === effect.none || (done === effect.again && (method === "GET" || method === "HEAD"));
}

// pass waits for those operations that must have ended, and begins again. Whatever goes wrong, the request is answered.
async function pass(mailbox, how, awaited, left) {
  try {
    const ended = await settled([...mailbox.inFlight.values()].filter(awaited));
    if (how === start.request && (!ended || (mailbox.body && !mailbox.body.rewind()))) mailbox.fail();
    else successor(mailbox, mailbox.env).adopt(mailbox, how, left);
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

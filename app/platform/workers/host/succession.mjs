// What happens to a request whose instance has died, or will never answer it. In this order:
//   If Go has left a note, another instance gets the note, and finishes or undoes what was begun.
//   If it has had no effect yet that matters, another instance repeats it, as often as instances die of other requests. A
//   request that an instance died of is not repeated, and neither is one that may have killed several.
//   Otherwise it fails.
import { limit } from "./blame.mjs";
import { effect } from "./effect.mjs";
import { kind, start } from "./kinds.mjs";

const recoveries = 1000; // of one request that may have caused every death; what it waits for has a timeout of its own
const patience = 10_000; // milliseconds to wait for operations in flight

// handOn continues the request on another instance. It returns false if that is not possible.
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

// legacy returns what a recovery gets besides the note; undefined if the request is not to be recovered. After the second
// death it does not get the kept answer, because that may be what kills the instances.
export function legacy({ kept, blamed, doubted, suspicion }) {
  const deaths = blamed + doubted;
  if (deaths > 2 || suspicion > recoveries) return undefined;
  return { kept: deaths > 1 ? undefined : kept };
}

const often = 3; // deaths after which a request would probably meet the next one before it ends

// successor returns the instance on which a request continues. A request that killed one, or may have, gets one of its own; one
// that has met many deaths of others gets one that takes no new requests.
export function successor({ instance: { others }, blamed, apart, met }, env) {
  if (blamed > 0 || apart) return others.make(env);
  return met < often ? others.running(env) : others.refuge(env);
}

function repeatable({ effect: done, request: { method } }) {
  return done === effect.none || (done === effect.again && (method === "GET" || method === "HEAD"));
}

// pass waits for the operations that must end first, then starts the request again. If that fails, the request is answered.
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

// settled waits for operations, and reports whether they ended in time.
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

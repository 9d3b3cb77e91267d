// Finds the request that an instance died of: the one being processed, if no other request's goroutine can have run.
// Otherwise it is uncertain, and the requests that waited for nothing but a timer come under suspicion.
import { named } from "./request.mjs";

const few = 4; // extra instances at most: each takes about 10 MB

// How much suspicion a death adds to each request that was present. Any of them may have used up the memory, but a timer rarely
// belongs to a request that waits for something else. A request beyond the limit is not repeated.
export const doubts = { memory: 5, timer: 1, silence: 5 };
export const limit = 10;

// The request that allocates last is not necessarily the one that used up the memory.
const outOfMemory = /out of memory/;

// accuse records which requests killed an instance, or may have, and returns the log's text about it. told is Go's last output.
export function accuse(instance, told) {
  const { current, mailboxes, served } = instance;
  if (known(instance)) {
    const certain = mailboxes.size === 1 || !outOfMemory.test(told);
    if (served) blame(current, certain);
    if (!certain) suspect(instance, doubts.memory);
    return current.request ? `\nIt was at work on ${named(current.request)}` : "";
  }
  if (!served) return "";
  suspect(instance, doubts.timer);
  doubt(instance);
  return "\nA goroutine that a timer or the end of a request had woken killed it: no request is blamed";
}

// known reports whether only the current mailbox's goroutines can have run. A timer may have become due in the meantime, even
// one left over from a finished request.
function known({ current, timers, at }) {
  return current && !timers.fires(at);
}

// blame records that a request killed an instance. If that is not certain, only the second time counts.
export function blame(mailbox, certain) {
  mailbox.blamed++;
  const { request, env, body, recovers, instance } = mailbox;
  if (request && !recovers) instance.others.suspects.note(request, env, body?.seen, certain);
}

// suspect records that any of the requests may have killed the instance.
function suspect({ mailboxes }, weight) {
  for (const mailbox of mailboxes.values()) mailbox.suspicion += weight;
}

// doubt records which requests may have killed the instance with a timer: those that waited for nothing else. If there are
// only a few, each continues in an instance of its own.
function doubt({ mailboxes, bystander, current }) {
  const asleep = [...mailboxes.values()].filter((mailbox) => mailbox !== (bystander ?? current) && mailbox.waits);
  for (const mailbox of asleep) {
    mailbox.doubted++;
    mailbox.apart = asleep.length <= few;
  }
}

// Who is to blame for an instance's death: the request that it was at work on, where no other's goroutine can have run. Else
// nobody for certain: then those are doubted that waited for a timer and nothing else.
import { named } from "./request.mjs";

const few = 4; // instances besides the one in service: each takes some 10 MB

// What a death tells against each who was there: any may have taken the memory, but a timer is seldom that of a request which
// waits for something else. Beyond the limit a request is not begun again.
export const doubts = { memory: 5, timer: 1, silence: 5 };
export const limit = 10;

// Who takes the last of the memory need not be who took the rest.
const outOfMemory = /out of memory/;

// accuse notes who has killed an instance, or may have, and returns what the log says of that; told is what Go wrote last.
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
  return "\nA goroutine killed it that a timer or the end of a request woke, of any of them: nobody is blamed";
}

// known reports whether only the current mailbox's goroutines have run: a timer may have become due meanwhile, also one that
// a request has left which is over.
function known({ current, timers, at }) {
  return current && !timers.fires(at);
}

// blame notes that an instance was lost to a request. Where it is not certain, only the second time counts.
export function blame(mailbox, certain) {
  mailbox.blamed++;
  if (mailbox.request && !mailbox.recovers) mailbox.instance.others.suspects.note(mailbox.request, mailbox.body?.seen, certain);
}

// suspect notes that it may have been any of them.
function suspect({ mailboxes }, weight) {
  for (const mailbox of mailboxes.values()) mailbox.suspicion += weight;
}

// doubt notes who may have killed the instance by a timer: whoever waited for nothing else. If they are few, they go on apart
// from everybody.
function doubt({ mailboxes, bystander, current }) {
  const asleep = [...mailboxes.values()].filter((mailbox) => mailbox !== (bystander ?? current) && mailbox.waits);
  for (const mailbox of asleep) {
    mailbox.doubted++;
    mailbox.apart = asleep.length <= few;
  }
}

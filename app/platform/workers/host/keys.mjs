// Keys derived from passwords. A derivation takes the thread, which serves all requests, for some 80 ms. So that many of them do
// not stop the other requests, the thread is left to those for as long after each derivation.
import { scrypt } from "node:crypto";
import { kind } from "./kinds.mjs";

const usual = 80; // milliseconds that one takes; the platform's clock may stand still meanwhile
const step = 20; // milliseconds after which a waiting derivation looks again

let waiting = 0; // derivations that have not begun
let free = 0; // when the thread is free for the next

// derive performs the operation.
export async function derive(mailbox, reader) {
  const [password, salt] = [reader.raw(), reader.raw()];
  const [N, r, p, length] = [reader.count(), reader.count(), reader.count(), reader.count()];
  const maxmem = 256 * N * r; // twice what scrypt needs

  waiting++;
  try {
    while (Date.now() < free) {
      await scheduler.wait(step); // meanwhile the requests that have just arrived begin
      if (!isContended(mailbox.instance)) break;
    }
  } finally {
    waiting--;
  }

  const began = Date.now();
  free = began + 2 * usual;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    free = began + 2 * Math.max(usual, Date.now() - began);
  }
}

// isContended reports whether several derivations wait, or a request of the instance waits for something else.
function isContended({ mailboxes }) {
  if (waiting > 1) return true;
  for (const { inFlight } of mailboxes.values()) if (!inFlight.values().some(({ kind: one }) => one === kind.scrypt)) return true;
  return false;
}

// Keys derived from passwords. A derivation takes the thread, which serves all requests, for some 80 ms. So that many of them do
// not stop the other requests, the thread is left to those for as long after each derivation.
import { scrypt } from "node:crypto";
import { kind } from "./kinds.mjs";

const usual = 80; // milliseconds that one takes; the platform's clock may stand still meanwhile
const step = 20; // milliseconds after which a waiting derivation looks again

let free = 0; // when the thread is free for the next

// derive performs the operation.
export async function derive(mailbox, reader) {
  const [password, salt] = [reader.raw(), reader.raw()];
  const [N, r, p, length] = [reader.count(), reader.count(), reader.count(), reader.count()];
  const maxmem = 256 * N * r; // twice what scrypt needs

  while (Date.now() < free && othersWait(mailbox.instance)) await scheduler.wait(step);

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

// othersWait reports whether a request of the instance waits for something else than a key.
function othersWait({ mailboxes }) {
  for (const { inFlight } of mailboxes.values()) if (!inFlight.values().some(({ kind: one }) => one === kind.scrypt)) return true;
  return false;
}

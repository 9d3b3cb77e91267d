// Keys derived from passwords. A derivation takes the thread, which serves all requests, for some 80 ms. So that many of them do
// not stop the other requests, the thread is left to those for as long after each derivation.
import { scrypt } from "node:crypto";

const usual = 80; // milliseconds that one takes; the platform's clock may stand still meanwhile

let free = 0; // when the next may begin

// derive performs the operation.
export async function derive(_mailbox, reader) {
  const [password, salt] = [reader.raw(), reader.raw()];
  const [N, r, p, length] = [reader.count(), reader.count(), reader.count(), reader.count()];
  const maxmem = 256 * N * r; // twice what scrypt needs

  for (let now = Date.now(); now < free; now = Date.now()) await scheduler.wait(free - now);

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

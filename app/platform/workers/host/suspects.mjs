// Requests that an instance died of. A request like one of them is refused before it reaches the program.
//
// Two requests are alike if client, method, path, query, cookies, user agent and the beginning of the body are the same. A
// client that has sent two different ones is refused that method and path altogether, for a shorter time. Its other routes
// stay open, and so does this one for other clients. A client is an address, together with the session if there is one. The
// address of all Workers identifies none. Only hashes are kept.
import { createHash } from "node:crypto";
import { routeOf } from "./request.mjs";
import { clientOf, sessionOf } from "./sender.mjs";

const most = 256; // pairs of client and route
const prints = 8; // requests per pair
const remembered = 10 * 60_000; // milliseconds
const closed = 5 * 60_000; // milliseconds, for a client that has sent several

export class Suspects {
  constructor() {
    this.places = new Map(); // by client and route: {until, closedUntil, prints}
    this.until = 0;
  }

  // active reports whether any request is remembered.
  get active() {
    return Date.now() < this.until;
  }

  // note remembers a request, and what was read of its body. env has the keys of what senders sign. If it is not certain that the instance died of it, requests like
  // it are refused only after it has been noted twice.
  note(request, env, seen = new Uint8Array(0), certain = true) {
    const now = Date.now();
    this.forget(now);
    const key = placeOf(request, env);
    const place = this.places.get(key) ?? { prints: [], closedUntil: 0 };
    const digest = printOf(request, seen);
    const sure = certain || place.prints.some((print) => print.digest === digest);
    if (sure && clientOf(request, env) && place.prints.some((print) => print.sure && print.digest !== digest))
      place.closedUntil = now + closed;
    place.until = this.until = now + remembered;
    place.prints = [
      ...place.prints.filter((print) => print.digest !== digest).slice(1 - prints),
      { length: seen.length, digest, sure },
    ];
    this.places.delete(key); // move it to the end: the first is the oldest
    this.places.set(key, place);
    if (this.places.size > most) this.places.delete(this.places.keys().next().value);
  }

  // refusal returns the number of seconds for which a request is refused, or 0. It peeks at the body without consuming it.
  async refusal(request, env, body) {
    const now = Date.now();
    const place = this.places.get(placeOf(request, env));
    if (!place || place.until < now) return 0;
    if (place.closedUntil > now) return seconds(place.closedUntil - now);
    for (const { length, digest, sure } of place.prints) {
      if (!sure) continue;
      const seen = length > 0 && body ? await body.peek(length) : new Uint8Array(0);
      if (seen.length === length && printOf(request, seen) === digest) return seconds(place.until - now);
    }
    return 0;
  }

  forget(now) {
    for (const [key, { until }] of this.places) if (until < now) this.places.delete(key);
  }
}

const seconds = (milliseconds) => Math.ceil(milliseconds / 1000);

const placeOf = (request, env) => hash(clientOf(request, env), sessionOf(request, env), request.method, routeOf(request));

const printOf = ({ url, headers }, seen) =>
  hash(url.slice(url.indexOf("?") + 1 || url.length), headers.get("cookie") ?? "", headers.get("user-agent") ?? "", seen);

// hash hashes its parts with their lengths, so that parts cannot run into each other.
function hash(...parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${part.length} `).update(part);
  return digest.digest("base64");
}

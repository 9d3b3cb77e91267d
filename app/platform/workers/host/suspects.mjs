// Requests that an instance died of. The next one like it is refused here, before it gets to the program.
//
// Alike are requests of one client, method, path, query, cookies and user agent with the same beginning of the body. Who has
// sent two that differ is refused that method and path altogether, for a shorter time: other routes stay open, and so does this
// one to everybody else. A client is an address, or the half of an IPv6 address that a household has, with its session, if it
// has one; an address that a proxy's many clients share is nobody's. Only hashes are kept.
import { createHash } from "node:crypto";
import { routeOf } from "./request.mjs";

const most = 256; // routes of clients
const prints = 8; // of requests, for each
const remembered = 10 * 60_000; // milliseconds
const closed = 5 * 60_000; // likewise, for a client that has sent several

export class Suspects {
  constructor() {
    this.places = new Map(); // by client and route: {until, closedUntil, prints}
    this.until = 0;
  }

  // active reports whether there is anything to look for.
  get active() {
    return Date.now() < this.until;
  }

  // note remembers a request, and what was read of its body. Where it is not certain that the instance died of it, it is refused
  // only once it has been noted twice.
  note(request, seen = new Uint8Array(0), certain = true) {
    const now = Date.now();
    this.forget(now);
    const key = placeOf(request);
    const place = this.places.get(key) ?? { prints: [], closedUntil: 0 };
    const digest = printOf(request, seen);
    const sure = certain || place.prints.some((print) => print.digest === digest);
    if (sure && clientOf(request) && place.prints.some((print) => print.sure && print.digest !== digest))
      place.closedUntil = now + closed;
    place.until = this.until = now + remembered;
    place.prints = [
      ...place.prints.filter((print) => print.digest !== digest).slice(1 - prints),
      { length: seen.length, digest, sure },
    ];
    this.places.delete(key); // the latest stands last
    this.places.set(key, place);
    if (this.places.size > most) this.places.delete(this.places.keys().next().value);
  }

  // refusal returns for how many seconds a request is refused; 0 is not at all. It looks into the body, which stays whole.
  async refusal(request, body) {
    const now = Date.now();
    const place = this.places.get(placeOf(request));
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

const placeOf = (request) => hash(clientOf(request), sessionOf(request), request.method, routeOf(request));

const printOf = ({ url, headers }, seen) =>
  hash(url.slice(url.indexOf("?") + 1 || url.length), headers.get("cookie") ?? "", headers.get("user-agent") ?? "", seen);

// sessionOf is the value of the session's cookie, "" without one.
const sessionOf = ({ headers }) =>
  /(?:^|;\s*)(?:__Secure-)?better-auth\.session_token=([^;]*)/.exec(headers.get("cookie") ?? "")?.[1] ?? "";

// hash keeps its parts apart by their lengths.
function hash(...parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${part.length} `).update(part);
  return digest.digest("base64");
}

// Workers that call Workers all have this address: it is nobody's.
const workers = "2a06:98c0:3600:0";

// clientOf is "" where the address tells nothing of the client: a Worker's, or that of a proxy which names its own client.
export function clientOf({ headers }) {
  if (headers.has("x-addreams-client")) return "";
  const address = headers.get("cf-connecting-ip") ?? "";
  if (!address.includes(":")) return address;
  const half = halfOf(address.toLowerCase());
  return half === workers ? "" : half;
}

// halfOf is the first four groups of an IPv6 address.
function halfOf(address) {
  const [front, back] = address.split("::");
  const groups = front === "" ? [] : front.split(":");
  if (back !== undefined) while (groups.length < 4) groups.push("0");
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

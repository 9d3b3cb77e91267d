// Which pages may read an answer that the host gives for itself: those that the program has let read one of its own. The host
// has no list of them.
const most = 64; // origins

const shared = /^(access-control-allow-(origin|credentials)|vary)$/i;

export class Readers {
  constructor() {
    this.allowed = new Map(); // by origin, the headers that say so
  }

  // note remembers what the headers of an answer of the program's allow.
  note(headers) {
    const origin = headers.find(([name]) => name === "Access-Control-Allow-Origin")?.[1];
    if (!origin || this.allowed.has(origin) || this.allowed.size === most) return;
    this.allowed.set(
      origin,
      headers.filter(([name]) => shared.test(name)),
    );
  }

  // headersFor returns those that let the page read which has sent the request, if it may.
  headersFor(request) {
    return this.allowed.get(request?.headers.get("origin")) ?? [];
  }
}

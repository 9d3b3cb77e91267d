// The pages that may read the host's own answers: those that the program has already allowed to read one of its answers. The
// host has no list of origins itself.
const most = 64; // origins

const shared = /^(access-control-allow-(origin|credentials)|vary)$/i;

export class Readers {
  constructor() {
    this.allowed = new Map(); // by origin: the headers that allow it
  }

  // note remembers which origin the headers of the program's answer allow.
  note(headers) {
    const origin = headers.find(([name]) => name === "Access-Control-Allow-Origin")?.[1];
    if (!origin || this.allowed.has(origin) || this.allowed.size === most) return;
    this.allowed.set(
      origin,
      headers.filter(([name]) => shared.test(name)),
    );
  }

  // headersFor returns the headers that let the page that sent the request read the answer; none if it may not.
  headersFor(request) {
    return this.allowed.get(request?.headers.get("origin")) ?? [];
  }
}

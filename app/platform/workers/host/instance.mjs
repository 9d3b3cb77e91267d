// One running instance of the Go program, and the requests that it serves.
import "wasm_exec.js"; // Go's own: it defines globalThis.Go
import { accuse, doubts } from "./blame.mjs";
import { start, status } from "./kinds.mjs";
import { Mailbox } from "./mailbox.mjs";
import { bodyOf, describe, describeRecovery, describeSchedule } from "./request.mjs";
import { Spools } from "./spools.mjs";
import { capture, written } from "./stderr.mjs";
import { Timers } from "./timers.mjs";
import { Reader, Writer } from "./wire.mjs";

const encoder = new TextEncoder();
const writer = new Writer();

// The heap may grow to five times what is in use, and to 16 MB at least, before Go's garbage collector runs. It runs more often
// near the limit, because only there memory is scarcer than time. The bundler sets the memory's own maximum (package bundle).
const environment = { GOGC: "400", GOMEMLIMIT: "64MiB" };

// The platform does not tell JavaScript when it ends a request. A request that was silent for this many milliseconds is asked
// for a sign of life, and given up if it gives none. It is asked twice, because the thread may be too busy the first time.
const silence = 60_000;
const patience = 10_000;

export class Instance {
  // others holds what the instances share: {running(env), make(env), refuge(env), suspects, orphans, readers}. running
  // returns the instance in service, make a new one, refuge one that takes no new requests.
  constructor(module, env, others) {
    this.env = env;
    this.others = others;
    this.mailboxes = new Map();
    this.lastID = 0;
    this.current = undefined; // the mailbox whose goroutines run, if no others can
    this.bystander = undefined; // the mailbox in whose I/O context other goroutines run
    this.orphans = []; // operations that no request can perform any more
    this.swept = Date.now();
    this.usable = true; // accepts new requests
    this.served = false; // it has started up, and begun a request
    this.dead = false;
    this.timers = new Timers();
    this.spools = new Spools();
    capture();
    this.run(module);
  }

  run(module) {
    const go = new globalThis.Go();
    go.env = environment;
    go.exit = (code) => {
      this.exitCode = code;
    };
    Object.assign(go.importObject.gojs, this.timers.imports(go));
    this.go = go;
    const instance = new WebAssembly.Instance(module, { ...go.importObject, workers: this.imports() });
    this.exports = instance.exports;
    go.run(instance).catch((error) => this.die(error));
    this.lookAlive();
  }

  imports() {
    return {
      post: (mailbox, id, kind, at, length) => this.post(mailbox, id, kind, this.memory(at, length).slice()),
      env: (name, nameLength, at, room) => this.variable(this.text(name, nameLength), this.memory(at, room)),
      bound: (at, length) => (typeof this.env[this.text(at, length)] === "object" ? 1 : 0),
      spool_write: (spool, at, length) => this.spools.write(spool, this.memory(at, length).slice()),
      spool_read: (spool, offset, at, room) => this.spools.read(spool, offset, this.memory(at, room)),
      spool_free: (spool) => this.spools.free(spool),
    };
  }

  memory(at, length) {
    return new Uint8Array(this.exports.mem.buffer, at >>> 0, length >>> 0);
  }

  text(at, length) {
    return new TextDecoder().decode(this.memory(at, length));
  }

  variable(name, place) {
    const value = this.env[name];
    if (typeof value !== "string") return -1;
    const bytes = encoder.encode(value);
    place.set(bytes.subarray(0, place.length));
    return bytes.length;
  }

  // fetch answers a request. body is the request's body.
  fetch(request, env, ctx, body = bodyOf(request)) {
    const mailbox = this.open(env);
    mailbox.request = request;
    mailbox.body = body;
    mailbox.ctx = ctx;
    this.begin(mailbox, start.request, (description) => describe(description, mailbox, mailbox));
    this.others.orphans.foster(mailbox);
    return mailbox.ended ? mailbox.response : mailbox.wait(ctx);
  }

  // scheduled resolves when the scheduled run ends, and rejects if it fails.
  async scheduled(event, env, ctx) {
    const mailbox = this.open(env);
    mailbox.ctx = ctx;
    this.begin(mailbox, start.scheduled, (description) => describeSchedule(description, event));
    this.others.orphans.foster(mailbox);
    if (!mailbox.ended) await mailbox.wait(ctx);
    if (mailbox.failure) throw mailbox.failure;
  }

  open(env) {
    this.lastID = (this.lastID + 1) & 0x3fffffff;
    const mailbox = new Mailbox(this, this.lastID, env);
    this.mailboxes.set(mailbox.id, mailbox);
    return mailbox;
  }

  begin(mailbox, kind, description) {
    mailbox.waker.arm(); // from here on other requests can wake it
    this.sweep();
    this.enter(mailbox, () => {
      writer.begin();
      description(writer);
      this.place(0, status.ok, writer.written);
      this.served = true;
      this.exports.start(mailbox.id, kind);
    });
    mailbox.drain();
  }

  // adopt takes over a request from another instance. It restarts the request, or recovers it from its note. own replaces
  // properties of the old mailbox.
  adopt(mailbox, kind, own) {
    const heir = this.open(own?.env ?? mailbox.env);
    heir.inherit(mailbox, own);
    heir.recovers = kind === start.recover;
    if (!heir.recovers) heir.note = undefined;
    const description = heir.recovers ? describeRecovery : describe;
    this.begin(heir, kind, (to) => description(to, heir, heir));
  }

  // deliver passes the answer of an operation to Go: bytes, a function that writes them, or nothing.
  deliver(mailbox, id, code, answer) {
    this.enter(mailbox, () => {
      let bytes = answer;
      if (typeof answer === "function") {
        answer(writer.begin());
        bytes = writer.written;
      }
      if (!bytes || this.place(id, code, bytes)) this.exports.deliver(id, code);
    });
  }

  // place copies bytes to where Go wants them. It returns false if Go no longer wants them.
  place(id, code, bytes) {
    const at = this.exports.reserve(id, bytes.length, code) >>> 0;
    if (at !== 0) this.memory(at, bytes.length).set(bytes);
    return at !== 0;
  }

  // enter calls into Go in the I/O context of the mailbox's request, and returns when all goroutines are blocked. What may wake
  // goroutines of other requests runs in separate steps, so that only the mailbox's own goroutines run while it is the current
  // one. This works because no goroutine of the program waits for another request's.
  enter(mailbox, call) {
    this.catchUp(mailbox);
    this.step(mailbox, call);
    this.catchUp(mailbox);
  }

  // catchUp runs goroutines that may belong to any request: those whose timer is due, and those whose operation can no longer
  // be performed. The entering mailbox usually has nothing to do with them.
  catchUp(entering) {
    if (this.timers.fires()) this.step(undefined, () => {}, entering);
    while (this.orphans.length > 0 && !this.dead) {
      const deliver = () => {
        for (const id of this.orphans.splice(0)) this.exports.deliver(id, status.ended);
      };
      this.step(undefined, deliver, entering);
    }
  }

  // step calls into Go, for a mailbox or for none in particular.
  step(mailbox, call, bystander) {
    if (this.dead) return;
    this.current = mailbox;
    this.bystander = bystander;
    this.at = this.timers.at;
    this.timers.entered = performance.now();
    try {
      call();
      this.exports.resume();
    } catch (error) {
      this.die(error);
    }
    this.lookAlive();
    this.current = this.bystander = undefined;
  }

  // post accepts an operation from Go. The request that it belongs to performs it: at once if it is the current one, otherwise
  // when its own I/O context runs.
  post(mailboxID, id, kind, payload) {
    const mailbox = this.mailboxes.get(mailboxID);
    if (!mailbox) {
      if (id !== 0) this.orphans.push(id);
      return;
    }
    mailbox.queue.push({ id, kind, reader: new Reader(payload), status: status.ok, abort: undefined });
    if (mailbox !== this.current) mailbox.nudge();
  }

  close(mailbox) {
    this.mailboxes.delete(mailbox.id);
    this.others.orphans.remove(mailbox);
  }

  // lookAlive logs what Go has written, and detects that it has exited.
  lookAlive() {
    if (!this.dead && this.go.exited) {
      this.die(`exit status ${this.exitCode}`);
      return;
    }
    const text = written();
    if (text) console.error(text.trimEnd());
  }

  // die ends the instance. Its requests continue on another instance or fail. The next request starts a new one.
  die(reason) {
    if (this.dead) return;
    this.dead = true;
    this.usable = false;
    const told = written();
    console.error(
      `The Go instance has died, ${this.mailboxes.size} requests with it: ${reason?.stack ?? reason}${accuse(this, told)}\n${told}`.trimEnd(),
    );
    for (const mailbox of this.mailboxes.values()) {
      mailbox.met++;
      this.others.orphans.add(mailbox, false);
      if (mailbox !== this.current) mailbox.nudge();
    }
    this.go = this.exports = this.spools = undefined; // free the memory: calls in flight still refer to this
  }

  // retire stops the instance from accepting new requests. It still serves those that it has.
  retire(reason) {
    this.usable = false;
    console.error(`The Go instance takes no more requests: ${reason}`);
  }

  // sweep looks for requests whose I/O context the platform has ended.
  sweep() {
    const now = Date.now();
    if (this.dead || now - this.swept < patience) return;
    this.swept = now;

    for (const mailbox of this.mailboxes.values()) {
      if (mailbox.asked > mailbox.seen) {
        if (now - mailbox.asked < patience) continue;
        if (!mailbox.askedTwice) {
          mailbox.ask(now, true);
          continue;
        }
        this.step(undefined, () => this.lose(mailbox));
        this.others.orphans.add(mailbox, true);
        if (this.dead) return;
      } else if (now - mailbox.seen >= silence) {
        mailbox.ask(now, false);
      }
    }
  }

  // lose gives up a request: all its operations fail, pending and future ones.
  lose(mailbox) {
    mailbox.lost = true;
    mailbox.suspicion += doubts.silence;
    this.close(mailbox);
    this.exports.end(mailbox.id);
    this.orphans.push(...mailbox.inFlight.keys());
  }
}

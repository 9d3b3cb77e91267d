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

// Go's collector runs when the heap has grown by as much again, at least by 16 MB: memory is scarcer than time only near
// the limit, where it runs more often. The bundler sets the memory's own maximum (package bundle).
const environment = { GOGC: "400", GOMEMLIMIT: "64MiB" };

// A request that the platform has ended leaves no trace in JavaScript. One that was silent for so many milliseconds is asked
// for a sign, twice, and given up if there is none: once could be a thread that had no time for anybody.
const silence = 60_000;
const patience = 10_000;

export class Instance {
  // others has the instance in service, makes new ones, and knows what is common to all: {running(env), make(env), refuge(env), suspects, orphans, readers}.
  constructor(module, env, others) {
    this.env = env;
    this.others = others;
    this.mailboxes = new Map();
    this.lastID = 0;
    this.current = undefined; // the mailbox whose goroutines run, and no others
    this.bystander = undefined; // the mailbox in whose I/O context those of others run
    this.orphans = []; // operations that nobody can perform
    this.swept = Date.now();
    this.usable = true; // for new requests
    this.served = false; // it has begun a request without dying of its own start
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

  // fetch answers a request; body is the request's.
  fetch(request, env, ctx, body = bodyOf(request)) {
    const mailbox = this.open(env);
    mailbox.request = request;
    mailbox.body = body;
    mailbox.ctx = ctx;
    this.begin(mailbox, start.request, (description) => describe(description, mailbox, mailbox));
    this.others.orphans.foster(mailbox);
    return mailbox.ended ? mailbox.response : mailbox.wait(ctx);
  }

  // scheduled ends with the run, and fails with it.
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
    mailbox.listen(); // from here on others may have it wake
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

  // adopt goes on with a request that another instance has left: from the beginning, or with the note of it. own is what differs
  // from the mailbox that is left.
  adopt(mailbox, kind, own) {
    const heir = this.open(own?.env ?? mailbox.env);
    heir.inherit(mailbox, own);
    heir.recovers = kind === start.recover;
    if (!heir.recovers) heir.note = undefined;
    const description = heir.recovers ? describeRecovery : describe;
    this.begin(heir, kind, (to) => description(to, heir, heir));
  }

  // deliver gives Go the answer of an operation: bytes, a function that writes them, or nothing.
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

  // place puts bytes where Go wants them, and tells whether it still does.
  place(id, code, bytes) {
    const at = this.exports.reserve(id, bytes.length, code) >>> 0;
    if (at !== 0) this.memory(at, bytes.length).set(bytes);
    return at !== 0;
  }

  // enter calls into Go, in the I/O context of the mailbox's request, and returns when all goroutines wait. Whatever may wake
  // goroutines of others runs apart from it, so that only the mailbox's own run while it is the current one: no goroutine of
  // the program waits for another request's.
  enter(mailbox, call) {
    this.catchUp(mailbox);
    this.step(mailbox, call);
    this.catchUp(mailbox);
  }

  // catchUp runs what may be anybody's: goroutines whose timer is due, and those whose operation nobody can perform. The
  // entering mailbox is there by chance, unless its own timer has rung.
  catchUp(entering) {
    if (this.timers.fires()) this.step(undefined, () => {}, entering);
    while (this.orphans.length > 0 && !this.dead) {
      const deliver = () => {
        for (const id of this.orphans.splice(0)) this.exports.deliver(id, status.ended);
      };
      this.step(undefined, deliver, entering);
    }
  }

  // step calls into Go for a mailbox, or for nobody.
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

  // post takes an operation from Go. Its request performs it, now if it is the current one, else when its own I/O context runs.
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

  // lookAlive tells what Go wrote, and notices that it has exited.
  lookAlive() {
    if (!this.dead && this.go.exited) {
      this.die(`exit status ${this.exitCode}`);
      return;
    }
    const text = written();
    if (text) console.error(text.trimEnd());
  }

  // die ends every request in flight, which goes on elsewhere or fails. The next one starts a new instance.
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
    this.go = this.exports = this.spools = undefined; // memory that its calls, which still run, must not keep
  }

  // retire leaves the instance to the requests that it has.
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

  // lose gives up a request: whatever it waits for or will ask fails.
  lose(mailbox) {
    mailbox.lost = true;
    mailbox.suspicion += doubts.silence;
    this.close(mailbox);
    this.exports.end(mailbox.id);
    this.orphans.push(...mailbox.inFlight.keys());
  }
}

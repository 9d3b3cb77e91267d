// The mailbox of one request: Go puts operations in, and they are performed in the request's own I/O context.
import { blame } from "./blame.mjs";
import { effect } from "./effect.mjs";
import { Failure, kind, status } from "./kinds.mjs";
import { operations } from "./operations.mjs";
import { named } from "./request.mjs";
import { failure } from "./response.mjs";
import { handOn, settled } from "./succession.mjs";

const encoder = new TextEncoder();

// A request with nothing in flight waits for a Go timer, or in vain. After so many milliseconds it is taken for locked up:
// without a timer in the whole instance, and with one, which may be another request's.
const lockedUp = 5_000;
const asleep = 120_000;

// So often a request looks around by itself, for a nudge that did not arrive.
const heartbeat = 2_000;

// After so many bytes of a stream, the others have their turn.
const stretch = 1 << 20;

// What passes from a mailbox to its heir.
const inherited = [
  "request",
  "body",
  "ctx",
  "response",
  "answer",
  "end",
  "effect",
  "note",
  "kept",
  "blamed",
  "doubted",
  "suspicion",
  "met",
];

export class Mailbox {
  constructor(instance, id, env) {
    this.instance = instance;
    this.id = id;
    this.env = env;
    this.queue = [];
    this.inFlight = new Map();
    this.bodies = new Map();
    this.pipes = new Map();
    this.lastHandle = 0;
    this.request = undefined; // of a scheduled run
    this.body = undefined; // the request's
    this.response = undefined; // once there is one
    this.finished = false; // with this instance
    this.ended = false; // for good
    this.failure = undefined;
    this.effect = effect.none; // of what was done so far
    this.note = undefined; // that Go has left, in case its instance dies
    this.kept = undefined; // the call whose answer stays here: {promise, value, abort}
    this.recovers = false; // what an earlier attempt has begun
    this.blamed = 0; // how often an instance died while it was at work on this
    this.doubted = 0; // how often one died of a timer while this waited for nothing else
    this.suspicion = 0; // what deaths tell against it of which nobody else was the reason for certain
    this.met = 0; // deaths of instances
    this.apart = false; // it goes on in an instance of its own
    this.nudge = () => {}; // wakes drain in this request's I/O context, from another's
    this.alarm = Infinity; // when the timer rings
    this.active = this.seen = Date.now(); // Go asked for something; the I/O context was alive
    this.asked = 0; // for a sign of life, when
    this.askedTwice = false;
    this.lost = false; // given up; if it was only late, nobody but itself can end it
    this.streamed = 0; // bytes since the others had their turn
  }

  // wait resolves to the response, and keeps the request's I/O context until Go has finished with it.
  wait(ctx) {
    ctx.waitUntil(
      new Promise((resolve) => {
        this.end = resolve;
      }),
    );
    return (
      this.response ??
      new Promise((resolve) => {
        this.answer = resolve;
      })
    );
  }

  // ask asks for a sign of life: drain notes it.
  ask(now, again) {
    this.asked = now;
    this.askedTwice = again;
    this.nudge();
  }

  // waits reports that nothing is on its way for this mailbox: it waits for a timer, or in vain.
  get waits() {
    return this.inFlight.size === 0 && this.queue.length === 0;
  }

  listen() {
    new Promise((resolve) => {
      this.nudge = resolve;
    }).then(() => {
      if (this.finished) return;
      this.listen();
      this.drain();
    });
  }

  // drain performs what is in the mailbox.
  drain() {
    this.seen = Date.now();
    if (this.queue.length > 0) this.active = this.seen;
    for (let next = 0; next < this.queue.length; next++) this.perform(this.queue[next]);
    this.queue.length = 0;
    if ((this.instance.dead || this.lost) && !this.finished) this.abandon();
    this.watch();
  }

  perform(operation) {
    if (operation.kind === kind.abort) {
      this.inFlight.get(operation.id)?.abort?.();
      return;
    }
    if (operation.id === 0) {
      this.obey(operation);
      return;
    }
    if (this.instance.dead) return; // nobody waits for the answer
    this.inFlight.set(operation.id, operation);
    operation.settled = this.run(operation);
  }

  // did notes what an operation does.
  did(what) {
    if (what > this.effect) this.effect = what;
  }

  // obey does what needs no answer. Only a response can fail, one that the platform does not accept.
  obey({ kind: told, reader }) {
    try {
      operations[told](this, reader);
    } catch (error) {
      console.error(error.stack);
      if (told === kind.respond) this.refuse();
    }
  }

  async run(operation) {
    let answer;
    try {
      answer = await operations[operation.kind](this, operation.reader, operation);
    } catch (error) {
      operation.status = error instanceof Failure ? error.code : status.failed;
      answer = encoder.encode(error?.message ?? String(error));
    }
    this.inFlight.delete(operation.id);
    if (this.finished) return;
    this.instance.deliver(this, operation.id, operation.status, answer);
    this.drain();
  }

  respond(response) {
    this.response = response;
    this.answer?.(response);
  }

  // refuse answers for Go.
  refuse() {
    this.respond(failure(this.instance.others.readers.headersFor(this.request)));
  }

  // finish is called when Go's handler has returned, or will not return.
  finish(failure) {
    this.leave();
    this.ended = true;
    this.failure = failure;
    this.answer?.(this.response);
    this.end?.();
  }

  // leave ends the mailbox.
  leave() {
    this.finished = true;
    this.instance.close(this);
    clearTimeout(this.timer);
  }

  // abandon goes on without this instance: on another one if that can be, else the request fails.
  abandon() {
    this.leave();
    for (const pipe of this.pipes.values()) pipe.abort(new Error("the Go instance has died")).catch(() => {});
    for (const { abort, kept } of this.inFlight.values()) if (!kept) abort?.();
    if (!handOn(this)) this.fail();
  }

  // fail ends the request without Go, at once. What is still on its way is not cut off.
  fail() {
    if (this.request) console.error(`A request has failed with its Go instance: ${named(this.request)}`);
    this.failure = new Error("the Go instance has died");
    if (!this.response) this.refuse();
    settled([...this.inFlight.values()]).then(() => this.finish(this.failure));
  }

  // inherit takes over the request of another mailbox, with what is known of it; own replaces some of that.
  inherit(from, own) {
    for (const name of inherited) this[name] = from[name];
    Object.assign(this, own);
  }

  // watch keeps a timer for the next of Go's, for the heartbeat, and against waiting in vain.
  watch() {
    if (this.finished) return;
    const now = Date.now();
    const next = Math.min(this.instance.timers.due, this.idle, now + heartbeat);
    if (next >= this.alarm) return;
    clearTimeout(this.timer);
    this.alarm = next;
    this.timer = setTimeout(() => this.ring(), Math.max(0, next - now));
  }

  // idle is when it is taken for locked up.
  get idle() {
    if (!this.waits) return Infinity;
    return this.active + (this.instance.timers.due === Infinity ? lockedUp : asleep);
  }

  // ring may come before a nudge that is on its way: then drain has something to do, and nobody is locked up.
  ring() {
    this.alarm = Infinity;
    if (Date.now() >= this.instance.timers.due) {
      this.instance.catchUp();
    } else if (!this.instance.dead && Date.now() >= this.idle) {
      this.instance.retire(
        `a request waits, with nothing in flight that could wake it: ${this.request ? named(this.request) : "the schedule"}`,
      );
      blame(this, true);
      this.instance.enter(this, () => this.instance.lose(this));
      this.abandon();
    }
    if (!this.finished) this.drain();
  }

  binding(name) {
    const bound = this.env[name];
    if (typeof bound !== "object") throw new Error(`nothing is bound as ${name}`);
    return bound;
  }

  // rest is called after each piece of a stream. Where both ends are as fast as Go, workerd would look for no other event
  // before the stream has ended.
  async rest(length) {
    this.streamed += length;
    if (this.streamed < stretch) return;
    this.streamed = 0;
    await scheduler.wait(0);
  }

  // hold keeps a body, and returns the number that Go knows it by.
  hold(body) {
    this.bodies.set(++this.lastHandle, body);
    return this.lastHandle;
  }

  // take gives a body away.
  take(handle) {
    const body = this.bodies.get(handle);
    this.bodies.delete(handle);
    return body;
  }
}

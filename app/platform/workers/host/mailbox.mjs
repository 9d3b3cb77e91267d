// The mailbox of one request. Go posts operations to it, and they are performed in the request's own I/O context.
import { blame } from "./blame.mjs";
import { effect } from "./effect.mjs";
import { Failure, kind, status } from "./kinds.mjs";
import { operations } from "./operations.mjs";
import { named } from "./request.mjs";
import { failure } from "./response.mjs";
import { handOn, settled } from "./succession.mjs";
import { Waker } from "./waker.mjs";

const encoder = new TextEncoder();

// A request with no operation in flight is either waiting for a Go timer or deadlocked. It is assumed to be deadlocked after
// lockedUp milliseconds if the instance has no timer, and after asleep if it has one (which may belong to another request).
const lockedUp = 5_000;
const asleep = 120_000;

// A request checks its queue this often (in milliseconds), in case a nudge was lost.
const heartbeat = 2_000;

// A stream yields to other requests after this many bytes.
const stretch = 1 << 20;

// The properties that a mailbox passes on to the one that takes over its request.
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
    this.request = undefined; // stays undefined for a scheduled run
    this.body = undefined; // the body of the request
    this.response = undefined; // once there is one
    this.finished = false; // with this instance
    this.ended = false; // for good
    this.failure = undefined;
    this.effect = effect.none; // the strongest effect so far
    this.note = undefined; // what Go needs to recover the request if the instance dies
    this.kept = undefined; // the call whose answer is kept for a recovery: {promise, value, abort}
    this.recovers = false; // it finishes or undoes an earlier attempt
    this.blamed = 0; // number of instances that died while processing this request
    this.doubted = 0; // number that died of a timer while this request waited for nothing else
    this.suspicion = 0; // collected from deaths that are not certainly another request's fault
    this.met = 0; // number of instances that died while they had this request
    this.apart = false; // it continues in an instance of its own
    this.waker = new Waker(() => this.wake());
    this.alarm = Infinity; // when the timer fires
    this.active = this.seen = Date.now(); // when Go last posted an operation; when the I/O context last ran
    this.asked = 0; // when it was asked for a sign of life
    this.askedTwice = false;
    this.lost = false; // given up; if it was merely late, it ends itself
    this.streamed = 0; // bytes since it last yielded
  }

  // wait returns the response or a promise of it, and keeps the request's I/O context alive until Go has finished.
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

  // ask asks for a sign of life, which drain gives.
  ask(now, again) {
    this.asked = now;
    this.askedTwice = again;
    this.nudge();
  }

  // waits reports whether no operation is queued or in flight: the request waits for a timer, or is deadlocked.
  get waits() {
    return this.inFlight.size === 0 && this.queue.length === 0;
  }

  // nudge runs drain soon, in this request's I/O context. It may be called from any other. If it gets lost, the heartbeat does it.
  nudge() {
    this.waker.call();
  }

  wake() {
    if (this.finished) return;
    this.waker.arm();
    this.drain();
  }

  // drain performs the operations in the queue.
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
    if (this.instance.dead) return; // there is no one to answer
    this.inFlight.set(operation.id, operation);
    operation.settled = this.run(operation);
  }

  // did records the effect of an operation.
  did(what) {
    if (what > this.effect) this.effect = what;
  }

  // obey performs an operation that has no answer. Only a response can fail: the platform may not accept it.
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
    if (this.finished) {
      this.discard();
      return;
    }
    this.instance.deliver(this, operation.id, operation.status, answer);
    this.drain();
  }

  respond(response) {
    this.response = response;
    this.answer?.(response);
  }

  // refuse answers with an error in place of Go.
  refuse() {
    this.respond(failure(this.request, this.instance.others.readers.headersFor(this.request)));
  }

  // finish is called when Go's handler has returned, or will not return.
  finish(failure) {
    this.leave();
    this.ended = true;
    this.failure = failure;
    this.answer?.(this.response);
    this.end?.();
  }

  // leave detaches the mailbox from its instance.
  leave() {
    this.finished = true;
    this.instance.close(this);
    clearTimeout(this.timer);
  }

  // abandon continues the request on another instance if possible. Otherwise the request fails.
  abandon() {
    this.leave();
    for (const pipe of this.pipes.values()) pipe.abort(new Error("the Go instance has died")).catch(() => {});
    for (const { abort, kept } of this.inFlight.values()) if (!kept) abort?.();
    this.discard();
    if (!handOn(this)) this.fail();
  }

  // discard cancels the bodies that nobody will read any more: all but the request's own.
  discard() {
    for (const body of this.bodies.values()) if (body !== this.body) body.cancel().catch(() => {});
    this.bodies.clear();
  }

  // fail answers the request without Go, at once. Operations in flight may still finish.
  fail() {
    if (this.request) console.error(`A request has failed with its Go instance: ${named(this.request)}`);
    this.failure = new Error("the Go instance has died");
    if (!this.response) this.refuse();
    settled([...this.inFlight.values()]).then(() => this.finish(this.failure));
  }

  // inherit takes over the request of another mailbox and its state. own replaces some of that.
  inherit(from, own) {
    for (const name of inherited) this[name] = from[name];
    Object.assign(this, own);
  }

  // watch sets a timer for Go's next timer, the heartbeat or the deadlock limit, whichever is first.
  watch() {
    if (this.finished) return;
    const now = Date.now();
    const next = Math.min(this.instance.timers.due, this.idle, now + heartbeat);
    if (next >= this.alarm) return;
    clearTimeout(this.timer);
    this.alarm = next;
    this.timer = setTimeout(() => this.ring(), Math.max(0, next - now));
  }

  // idle returns the time at which the request is assumed to be deadlocked.
  get idle() {
    if (!this.waits) return Infinity;
    return this.active + (this.instance.timers.due === Infinity ? lockedUp : asleep);
  }

  // ring handles the timer. It may run before a nudge that has been sent; then drain has work to do, and there is no deadlock.
  ring() {
    this.alarm = Infinity;
    this.waker.arm();
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

  // rest is called after each chunk of a stream. If both ends are as fast as Go, workerd would otherwise handle no other event
  // until the stream has ended.
  async rest(length) {
    this.streamed += length;
    if (this.streamed < stretch) return;
    this.streamed = 0;
    await scheduler.wait(0);
  }

  // hold stores a body, and returns the handle by which Go refers to it.
  hold(body) {
    this.bodies.set(++this.lastHandle, body);
    return this.lastHandle;
  }

  // take returns a body and forgets it.
  take(handle) {
    const body = this.bodies.get(handle);
    this.bodies.delete(handle);
    return body;
  }
}

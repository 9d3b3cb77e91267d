// The mailbox of one request: Go puts operations in, and they are performed in the request's own I/O context.
import { Failure, kind, status } from "./kinds.mjs";
import { operations } from "./operations.mjs";
import { failure } from "./response.mjs";

const encoder = new TextEncoder();

// A request with nothing in flight waits for a Go timer, or in vain. After so many milliseconds it is taken for locked up:
// without a timer in the whole instance, and with one, which may be another request's.
const lockedUp = 5_000;
const asleep = 120_000;

// After so many bytes of a stream, the others have their turn.
const stretch = 1 << 20;

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
    this.response = undefined; // once there is one
    this.finished = false;
    this.failure = undefined;
    this.nudge = () => {}; // wakes drain in this request's I/O context, from another's
    this.alarm = Infinity; // when the timer rings
    this.active = this.seen = Date.now(); // Go asked for something; the I/O context was alive
    this.asked = 0; // for a sign of life
    this.streamed = 0; // bytes since the others had their turn
  }

  // wait resolves to the response, and keeps the request's I/O context until Go has finished with it.
  wait(ctx) {
    ctx.waitUntil(new Promise((resolve) => { this.end = resolve; }));
    this.listen();
    return this.response ?? new Promise((resolve) => { this.answer = resolve; });
  }

  listen() {
    new Promise((resolve) => { this.nudge = resolve; }).then(() => {
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
    if (this.instance.dead && !this.finished) this.abandon();
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
    this.inFlight.set(operation.id, operation);
    this.run(operation);
  }

  // obey does what needs no answer. Only a response can fail, one that the platform does not accept.
  obey({ kind: told, reader }) {
    try {
      operations[told](this, reader);
    } catch (error) {
      console.error(error.stack);
      if (told === kind.respond) this.respond(failure());
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

  // finish is called when Go's handler has returned, or will not return.
  finish(failure) {
    this.finished = true;
    this.failure = failure;
    this.instance.close(this);
    clearTimeout(this.timer);
    this.answer?.(this.response);
    this.end?.();
  }

  // abandon ends the request without Go.
  abandon() {
    for (const pipe of this.pipes.values()) pipe.abort(new Error("the Go instance has died")).catch(() => {});
    for (const { abort } of this.inFlight.values()) abort?.();
    if (!this.response) this.respond(failure());
    this.finish(new Error("the Go instance has died"));
  }

  // watch keeps a timer for the next of Go's, and against waiting in vain.
  watch() {
    if (this.finished) return;
    const { due } = this.instance.timers;
    const idle = this.inFlight.size > 0 ? Infinity : this.active + (due === Infinity ? lockedUp : asleep);
    const next = Math.min(due, idle);
    if (next >= this.alarm) return;
    clearTimeout(this.timer);
    this.alarm = next;
    this.timer = setTimeout(() => this.ring(idle), Math.max(0, next - Date.now()));
  }

  ring(idle) {
    this.alarm = Infinity;
    if (Date.now() >= this.instance.timers.due) {
      this.instance.enter(this, () => {});
    } else if (this.inFlight.size === 0 && Date.now() >= idle) {
      this.instance.retire("a request waits, with nothing in flight that could wake it");
      this.instance.enter(this, () => this.instance.lose(this));
      this.abandon();
    }
    this.drain();
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

// A request whose I/O context comes late, on a machine that has no time for it, is not taken for one that is locked up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kind } from "../host/kinds.mjs";
import { Mailbox } from "../host/mailbox.mjs";
import { Readers } from "../host/readers.mjs";

// late returns a mailbox that has been idle for long, and what became of its instance.
function late(state) {
  const done = [];
  const told = (name) => () => done.push(name);
  const instance = {
    dead: false,
    served: false,
    timers: { due: Infinity },
    retire: told("retire"),
    enter: told("enter"),
    close: told("close"),
    catchUp: told("catch up"),
    ...state,
    others: { suspects: { note: told("blame") }, readers: new Readers() },
  };
  const mailbox = new Mailbox(instance, 1, {});
  mailbox.request = new Request("http://api.test/");
  mailbox.active = 0;

  return { mailbox, done };
}

test("the alarm of a deadlocked request blames it", () => {
  const { mailbox, done } = late();
  mailbox.ring();
  assert.deepEqual(done.slice(0, 2), ["retire", "blame"]);
});

test("an alarm that comes before the nudge blames no request, and does what the nudge was for", () => {
  const { mailbox, done } = late();
  mailbox.queue.push({ id: 0, kind: kind.done, reader: { rest: 0 } });
  mailbox.ring();
  assert.deepEqual(done, ["close"]);
  assert.ok(mailbox.ended);
});

test("an alarm on an instance that is dead blames no request, and leaves it", () => {
  const { mailbox, done } = late({ dead: true });
  mailbox.ring();
  assert.deepEqual(done, ["close"]);
  assert.ok(mailbox.finished);
});

test("a request that was given up and turns out to be alive is answered", async () => {
  const { mailbox } = late();
  mailbox.inFlight.set(1, { settled: Promise.resolve() }); // so that no alarm ends it
  mailbox.waker.arm();
  let ended;
  const end = new Promise((resolve) => {
    ended = resolve;
  });
  const answer = mailbox.wait({ waitUntil: (promise) => promise.then(ended) });
  mailbox.lost = true;
  mailbox.nudge();

  assert.equal((await answer).status, 500);

  await end;
});

test("a request that no nudge has told of its instance's death finds out", async () => {
  const { mailbox } = late();
  mailbox.inFlight.set(1, { settled: new Promise(() => {}) });
  const answer = mailbox.wait({ waitUntil() {} });
  mailbox.watch();
  mailbox.instance.dead = true;
  assert.equal((await answer).status, 500);
});

test("a request that was busy meanwhile is not taken for locked up by an alarm from before", () => {
  const { mailbox, done } = late();
  mailbox.watch();
  mailbox.active = Date.now();
  mailbox.ring();
  clearTimeout(mailbox.timer);
  assert.deepEqual(done, []);
});

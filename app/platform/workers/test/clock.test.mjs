// When a timer of Go's may fire, on a machine that takes the thread away between Go's telling and the host's hearing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Timers } from "../host/timers.mjs";

// schedule has Go ask for an event after a number of milliseconds, but tell the host about it late.
function schedule(timers, delay, late) {
  const memory = new DataView(new ArrayBuffer(64));
  memory.setBigInt64(8, BigInt(delay), true);
  timers.entered = performance.now() - late;
  timers.imports({ mem: memory })["runtime.scheduleTimeoutEvent"](0);
}

test("a timer is not taken for one that can't fire yet because the host heard of it late", () => {
  const timers = new Timers();
  schedule(timers, 50, 60);
  assert.ok(timers.fires());
});

test("one that is far off is", () => {
  const timers = new Timers();
  schedule(timers, 5000, 0);
  assert.ok(!timers.fires());
});

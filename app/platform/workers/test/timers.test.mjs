// Go's timers and deadlines.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { atRest, eventually, hall, provider, start } from "./worker.mjs";

const slow = hall();
let hungUp = 0;
const host = await provider({
  "/slow": (request, response, url) => {
    response.on("close", () => {
      hungUp += response.writableEnded ? 0 : 1;
    });
    slow.enter(request, response, url);
  },
  "/half": (_request, response) => {
    response.on("close", () => {
      hungUp++;
    });
    response.write("the rest never comes");
  },
  "/fast": (_request, response) => response.end("fast"),
});
const worker = await start();
after(() => Promise.all([worker.stop(), host.stop()]));

const text = async (target) => (await worker.get(target)).text();
const timedOut = "timeout: context deadline exceeded";

test("a request may sleep, again and again, while nothing else happens", async () => {
  assert.ok(Number(await text("/timer?ms=200")) >= 200);
  assert.ok(Number(await text("/timer?ms=20&times=20")) >= 400);
});

test("a deadline fires though no other event comes", async () => {
  assert.equal(await text("/deadline?ms=200"), timedOut);
});

test("a deadline fires while the host works, and hangs up on who is called", async () => {
  const before = hungUp;
  assert.equal(await text(`/deadline?ms=200&url=${host.url}/slow`), timedOut);
  await eventually(
    () => hungUp,
    (count) => count === before + 1,
  );
});

test("a deadline fires while a body is read", async () => {
  const before = hungUp;
  assert.equal(await text(`/deadline?ms=200&url=${host.url}/half`), timedOut);
  await eventually(
    () => hungUp,
    (count) => count === before + 1,
  );
});

test("a deadline that was not needed leaves no timer behind", async () => {
  assert.equal(await text(`/deadline?ms=60000&url=${host.url}/fast`), "");
  assert.equal(await text("/deadline?ms=200"), timedOut);
  await atRest(worker);
});

test("nothing relies on the timer of a request that has ended", async () => {
  const long = text("/deadline?ms=900"); // its timer is due after all the others, and it waits alone in the end
  const shorter = Array.from({ length: 10 }, (_, index) => text(`/deadline?ms=${50 + index * 20}&url=${host.url}/slow`));
  await slow.filled(10);
  const sleepers = [text("/timer?ms=100&times=6"), text("/timer?ms=150")];

  for (const answer of await Promise.all(shorter)) assert.equal(answer, timedOut);
  assert.equal(await long, timedOut);
  assert.ok(Number(await sleepers[0]) >= 600);
  assert.ok(Number(await sleepers[1]) >= 150);

  await atRest(worker);
});

test("each of many timers wakes its own request", async () => {
  const waits = Array.from({ length: 60 }, (_, index) => 20 + ((index * 37) % 400));
  const slept = await Promise.all(waits.map(async (wait) => Number(await text(`/timer?ms=${wait}`))));
  for (const [index, time] of slept.entries()) assert.ok(time >= waits[index], `${time} ms instead of ${waits[index]}`);
  await atRest(worker);
});

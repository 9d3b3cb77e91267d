// Bodies of requests: read, peeked at, kept, cut off.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { after, test } from "node:test";
import { atRest, logged, start, state } from "./worker.mjs";

const worker = await start();
after(worker.stop);

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

// counted returns a body whose bytes depend on their position.
const counted = (length) => Buffer.alloc(length).map((_, index) => (index * 31 + (index >> 8)) & 255);

// inPieces streams it in pieces of uneven length, without a content length.
function inPieces(bytes) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0, step = 1; at < bytes.length; at += step, step = ((step * 7) % 70_001) + 1) {
        controller.enqueue(bytes.subarray(at, at + step));
      }
      controller.close();
    },
  });
}

const post = (target, body) => worker.get(target, { method: "POST", body, duplex: "half" });

for (const length of [0, 1, 16_384, 65_536, 65_537, 1_000_000]) {
  for (const buffer of [1000, 100_000]) {
    test(`${length} bytes are read whole through a buffer of ${buffer}`, async () => {
      const bytes = counted(length);
      for (const body of [bytes, inPieces(bytes)]) {
        const read = await (await post(`/read?buffer=${buffer}`, body)).json();
        assert.equal(read.bytes, length);
        assert.equal(read.digest, digest(bytes));
      }
    });
  }
}

for (const [length, peek] of [
  [0, 10],
  [5, 10],
  [10, 10],
  [11, 10],
  [500_000, 16],
  [500_000, 3000],
]) {
  test(`a peek at ${peek} of ${length} bytes leaves all of them`, async () => {
    const bytes = counted(length);
    for (const body of [bytes, inPieces(bytes)]) {
      const response = await post(`/peek?length=${peek}`, body);
      assert.equal(response.headers.get("x-head"), bytes.subarray(0, peek).toString("hex"));
      assert.equal(digest(Buffer.from(await response.arrayBuffer())), digest(bytes));
    }
  });
}

test("a spool is read more than once, and stays out of Go's memory", async () => {
  const bytes = counted(40_000_000);
  const before = (await state(worker)).memory;
  const { length, first, second } = await (await post("/spool", bytes)).json();
  assert.equal(length, bytes.length);
  assert.equal(first.digest, digest(bytes));
  assert.equal(second.digest, digest(bytes));

  const { memory } = await state(worker);
  assert.ok(memory - before < 24e6, `Go's memory has grown by ${memory - before} bytes`);
});

for (const path of ["/read", "/peek", "/spool"]) {
  test(`${path}: a body that is cut off is an error of the host, and the request ends`, async () => {
    const head = `POST ${path}?buffer=1000&length=40000 HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n`;
    const client = connect(worker.url.port, "127.0.0.1", () =>
      client.write(head + "x".repeat(10_000), () => setTimeout(() => client.destroy(), 100)),
    );
    await logged(worker, `${path} met: host`);
    await atRest(worker);
  });
}

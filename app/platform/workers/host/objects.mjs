// R2.

import { Body } from "./body.mjs";
import { effect } from "./effect.mjs";
import { Failure, status } from "./kinds.mjs";
import { source } from "./source.mjs";

// The size of a part of a multipart upload: R2's minimum. All parts but the last must have the same size.
const part = 5 << 20;
const step = 256 << 10;

export async function objectGet(mailbox, reader) {
  const bucket = mailbox.binding(reader.text());
  const key = reader.text();
  const offset = reader.number();
  const length = reader.number(); // -1 for the whole object
  const object = await (length < 0 ? bucket.get(key) : bucket.get(key, { range: { offset, length } }));
  if (!object) throw new Failure(status.notFound);
  const handle = mailbox.hold(new Body(object.body, length < 0 ? object.size : length));
  return (writer) =>
    writer
      .text(object.httpMetadata?.contentType ?? "")
      .number(object.size)
      .count(handle);
}

export async function objectDelete(mailbox, reader) {
  mailbox.did(effect.once);
  const bucket = mailbox.binding(reader.text());
  await bucket.delete(Array.from({ length: reader.count() }, () => reader.text()));
}

// objectPut stores the whole body, or nothing.
export async function objectPut(mailbox, reader) {
  mailbox.did(effect.once);
  const bucket = mailbox.binding(reader.text());
  const key = reader.text();
  const contentType = reader.text();
  const size = reader.number();
  const most = reader.number() || Infinity;
  const options = contentType ? { httpMetadata: { contentType } } : {};

  const body = source(mailbox, reader);
  if (body instanceof Uint8Array) {
    check(body.length, size, most);
    await bucket.put(key, body, options);
    return;
  }

  const length = size >= 0 ? size : body.left;
  try {
    if (length > most) throw new Failure(status.tooLarge);
    await (length >= 0 ? putWhole(bucket, key, body, options, length) : putUnmeasured(bucket, key, body, options, most));
  } catch (error) {
    body.cancel(error).catch(() => {}); // the body itself may be what failed
    throw error;
  }
}

function check(length, size, most) {
  if (length > most) throw new Failure(status.tooLarge);
  if (size >= 0 && length !== size) throw new Error(`the body has ${length} bytes, ${size} were announced`);
}

// putWhole streams a body of known length, which R2 requires. A body that carries its length is passed on as it is, because
// workerd never reaches the end of a FixedLengthStream of a pipe that is piped into another one.
async function putWhole(bucket, key, body, options, length) {
  if (body.left === length) {
    await bucket.put(key, body.whole(), options);
    return;
  }
  const { readable, writable } = new FixedLengthStream(length);
  const piped = body.pipeTo(writable);
  piped.catch(() => {}); // an error fails the put too, and is awaited below
  await bucket.put(key, readable, options);
  await piped;
}

// putUnmeasured stores a body of unknown length. It collects one part at a time, and starts a multipart upload only if the body
// does not fit into a single part.

async function putUnmeasured(bucket, key, body, options, most) {
  let collected = await collect(body, part, most);
  if (body.over) {
    await bucket.put(key, collected, options);
    return;
  }

  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const parts = [];
    for (let total = 0; collected.size > 0; collected = await collect(body, part, most - total)) {
      parts.push(await upload.uploadPart(parts.length + 1, collected));
      total += collected.size;
    }
    await upload.complete(parts);
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

// collect reads up to length bytes into a Blob. It fails if there are more than most.
async function collect(body, length, most) {
  const pieces = [];
  for (let total = 0; total < length && !body.over; ) {
    const piece = await body.read(Math.min(step, length - total));
    total += piece.length;
    if (total > most) throw new Failure(status.tooLarge);
    pieces.push(piece);
  }
  return new Blob(pieces);
}

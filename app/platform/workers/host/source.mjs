// A body sent by Go: bytes that came with the operation, a body that the host holds, or a pipe.
import { Body } from "./body.mjs";
import { body } from "./kinds.mjs";

// source returns undefined, a Uint8Array, or a Body that the operation must read or cancel.
export function source(mailbox, reader) {
  switch (reader.byte()) {
    case body.inline:
      return reader.raw();
    case body.handle:
      return mailbox.take(reader.count());
    case body.pipe:
      return pipe(mailbox, reader.count(), reader.number());
  }
  return undefined;
}

// pipe creates a body that Go writes chunk by chunk.
function pipe(mailbox, handle, length) {
  const { readable, writable } = length >= 0 ? new FixedLengthStream(length) : new IdentityTransformStream();
  const end = writable.getWriter();
  end.closed.catch(() => {}); // the next write reports the error
  mailbox.pipes.set(handle, end);
  return new Body(readable, length);
}

export async function pipeWrite(mailbox, reader) {
  const end = mailbox.pipes.get(reader.count());
  const bytes = reader.raw();
  await end.write(bytes);
  await mailbox.rest(bytes.length);
}

export function pipeEnd(mailbox, reader) {
  const handle = reader.count();
  const failure = reader.text();
  const end = mailbox.pipes.get(handle);
  mailbox.pipes.delete(handle);
  (failure ? end.abort(new Error(failure)) : end.close()).catch(() => {}); // the reading side reports errors to Go
}

// The operations that Go can request from the host: one function per kind. It is called in the I/O context of the request that
// posted the operation. It returns the answer (bytes, a function that writes them, or nothing), or throws a Failure or an error
// of the platform.
import { query } from "./database.mjs";
import { derive } from "./keys.mjs";
import { kind, status } from "./kinds.mjs";
import { objectDelete, objectGet, objectPut } from "./objects.mjs";
import { kept, outbound } from "./outbound.mjs";
import { readResponse } from "./response.mjs";
import { pipeEnd, pipeWrite } from "./source.mjs";

const decoder = new TextDecoder();

export const operations = [];

operations[kind.respond] = (mailbox, reader) => mailbox.respond(readResponse(mailbox, reader));
operations[kind.done] = (mailbox, reader) => mailbox.finish(reader.rest > 0 ? new Error(reader.text()) : undefined);
operations[kind.log] = (_mailbox, reader) => console.log(decoder.decode(reader.bytes));
operations[kind.bodyCancel] = (mailbox, reader) =>
  mailbox
    .take(reader.count())
    ?.cancel()
    .catch(() => {});
operations[kind.pipeEnd] = pipeEnd;
operations[kind.pipeWrite] = pipeWrite;
operations[kind.query] = query;
operations[kind.objectGet] = objectGet;
operations[kind.objectPut] = objectPut;
operations[kind.objectDelete] = objectDelete;
operations[kind.fetch] = outbound;
operations[kind.kept] = kept;
operations[kind.note] = (mailbox, reader) => {
  mailbox.note = reader.rest > 0 ? reader.bytes : undefined;
};

operations[kind.bodyRead] = async (mailbox, reader, operation) => {
  const body = mailbox.bodies.get(reader.count());
  const bytes = await body.read(reader.count());
  await mailbox.rest(bytes.length);
  if (body.over) operation.status = status.end;
  return bytes;
};

operations[kind.bodyPeek] = async (mailbox, reader, operation) => {
  const body = mailbox.bodies.get(reader.count());
  const bytes = await body.peek(reader.count());
  if (body.ended) operation.status = status.end;
  return bytes;
};

operations[kind.scrypt] = derive;

// HTTP requests to other services.
import { Body, joined } from "./body.mjs";
import { effect } from "./effect.mjs";
import { Failure, status } from "./kinds.mjs";
import { source } from "./source.mjs";

export async function outbound(mailbox, reader, operation) {
  const controller = new AbortController();
  operation.abort = () => controller.abort();
  const method = reader.text();
  const url = reader.text();
  const redirect = reader.text();
  const keep = reader.count();
  const headers = reader.pairs();
  const sent = source(mailbox, reader);
  const body = sent instanceof Body ? sent.whole() : sent;
  mailbox.did(method === "GET" || method === "HEAD" ? effect.none : effect.once);
  const call = fetch(url, { method, headers, body, redirect, signal: controller.signal });
  if (keep > 0) return keptAnswer(mailbox, operation, call, keep);

  const response = await call;
  return answer(mailbox, response, response.body && new Body(response.body, lengthOf(response.headers)));
}

// answer returns a function that writes the response of a call.
function answer(mailbox, { status: code, headers }, body) {
  const handle = body ? mailbox.hold(body) : 0;
  return (writer) => {
    writer.count(code);
    writeHeaders(writer, headers);
    writer.count(handle);
  };
}

// keptAnswer reads up to most bytes of a call's response before Go gets it. The copy stays here in case the instance dies.
async function keptAnswer(mailbox, operation, call, most) {
  operation.kept = true;
  mailbox.kept = { abort: operation.abort, promise: collect(call, most) };
  mailbox.kept.promise.then(
    (found) => {
      mailbox.kept.value = found;
    },
    () => {},
  ); // Go gets the error below
  return keptCopy(mailbox, await mailbox.kept.promise);
}

const keptCopy = (mailbox, { response, bytes }) => answer(mailbox, response, Body.of(bytes));

// kept gives a recovery the response to the call that the previous instance made; it waits for it if need be.
export async function kept(mailbox, _, operation) {
  if (!mailbox.kept) throw new Failure(status.notFound);
  operation.kept = true;
  operation.abort = mailbox.kept.abort;
  return keptCopy(mailbox, await mailbox.kept.promise);
}

const step = 16 << 10;

async function collect(call, most) {
  const response = await call;
  if (!response.body) return { response, bytes: new Uint8Array(0) };
  const body = new Body(response.body);
  const pieces = [];
  let length = 0;
  while (length < most && !body.over) {
    const piece = await body.read(Math.min(step, most - length));
    pieces.push(piece);
    length += piece.length;
  }
  if (!body.over) body.cancel().catch(() => {}); // the rest is not needed
  return { response, bytes: joined(...pieces) };
}

// lengthOf returns the length of a body in bytes by its headers, or -1. A compressed body has another length when it is read.
export function lengthOf(headers) {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? -1 : Number(length);
}

// writeHeaders writes headers as pairs. Only Set-Cookie can occur more than once; the platform joins all others.
export function writeHeaders(writer, headers) {
  const at = writer.at;
  writer.count(0);
  let count = 0;
  for (const [name, value] of headers) {
    writer.text(name).text(value);
    count++;
  }
  writer.view.setUint32(at, count, true);
}

// Calls to elsewhere.
import { Body } from "./body.mjs";
import { source } from "./source.mjs";

export async function outbound(mailbox, reader, operation) {
  const controller = new AbortController();
  operation.abort = () => controller.abort();
  const method = reader.text();
  const url = reader.text();
  const redirect = reader.text();
  const headers = reader.pairs();
  const sent = source(mailbox, reader);
  const body = sent instanceof Body ? sent.whole() : sent;
  const response = await fetch(url, { method, headers, body, redirect, signal: controller.signal });
  const handle = response.body ? mailbox.hold(new Body(response.body, lengthOf(response.headers))) : 0;
  return (writer) => {
    writer.count(response.status);
    writeHeaders(writer, response.headers);
    writer.count(handle);
  };
}

// lengthOf is what the headers say of a body's length in bytes, or -1. That of a packed body is not the length read.
export function lengthOf(headers) {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? -1 : Number(length);
}

// writeHeaders writes pairs. Only cookies come more than once; the platform has joined the rest.
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

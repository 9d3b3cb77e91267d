// What goes back to the client.

import { Body } from "./body.mjs";
import { source } from "./source.mjs";

// A Response refuses a body, even an empty one, with these statuses.
const bodiless = new Set([204, 205, 304]);

// readResponse makes the response that Go describes.
export function readResponse(mailbox, reader) {
  const status = reader.count();
  const headers = reader.pairs();
  mailbox.instance.others.readers.note(headers);
  const sent = source(mailbox, reader);
  const init = { status, headers, encodeBody: encoded(headers) ? "manual" : "automatic" };
  if (bodiless.has(status)) return new Response(null, init);
  return new Response(sent instanceof Body ? sent.whole() : sent, init);
}

// encoded tells that the body is packed already, and must not be packed again.
function encoded(headers) {
  return headers.some(([name]) => name.toLowerCase() === "content-encoding");
}

// failure is the answer of a request whose instance has died: the contract's. allowed are headers that let a page read it.
export function failure(allowed) {
  return refuse(500, "INTERNAL_SERVER_ERROR", "Internal server error.", allowed);
}

// refusal is the answer of a request that the program does not get, for so many seconds.
export function refusal(seconds, allowed) {
  const message = `A request like this one has made the service fail. Send another, or try again in ${Math.ceil(seconds / 60)} minutes.`;
  return refuse(503, "SERVICE_UNAVAILABLE", message, [["retry-after", String(seconds)], ...allowed]);
}

function refuse(status, code, message, headers) {
  return Response.json(
    { error: { code, message }, requestId: crypto.randomUUID() },
    { status, headers: [...guards, ...headers] },
  );
}

// guards keep an answer from being stored, taken for something else, or embedded elsewhere.
const guards = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
  ["cross-origin-resource-policy", "same-origin"],
];

// Responses to the client.

import { Body } from "./body.mjs";
import { source } from "./source.mjs";

// The Response constructor rejects a body, even an empty one, with these statuses.
const bodiless = new Set([204, 205, 304]);

// readResponse builds the response that Go describes.
export function readResponse(mailbox, reader) {
  const status = reader.count();
  const headers = reader.pairs();
  mailbox.instance.others.readers.note(headers);
  const sent = source(mailbox, reader);
  const init = { status, headers, encodeBody: encoded(headers) ? "manual" : "automatic" };
  if (bodiless.has(status)) return new Response(null, init);
  return new Response(sent instanceof Body ? sent.whole() : sent, init);
}

// encoded reports whether the body is compressed already, and must not be compressed again.
function encoded(headers) {
  return headers.some(([name]) => name.toLowerCase() === "content-encoding");
}

// failure returns the contract's answer to a request whose instance has died. allowed are headers that let a page read it.
export function failure(request, allowed) {
  return refuse(request, 500, "INTERNAL_SERVER_ERROR", "Internal server error.", allowed);
}

// refusal returns the answer to a request that is withheld from the program for this many seconds.
export function refusal(request, seconds, allowed) {
  const message = `A request like this one has made the service fail. Send another, or try again in ${Math.ceil(seconds / 60)} minutes.`;
  return refuse(request, 503, "SERVICE_UNAVAILABLE", message, [["retry-after", String(seconds)], ...allowed]);
}

// An ID that the program would take over from the client is taken over here, too.
const requestIdOfClients = /^(?=.*\d)[\w-]{1,64}$/;

function refuse(request, status, code, message, headers) {
  const sent = request?.headers.get("x-request-id");
  const requestId = requestIdOfClients.test(sent ?? "") ? sent : crypto.randomUUID();
  return Response.json(
    { error: { code, message }, requestId },
    { status, headers: [["x-request-id", requestId], ...guards, ...headers] },
  );
}

// guards prevent an answer from being cached, sniffed as another type, or embedded by other origins.
const guards = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
  ["cross-origin-resource-policy", "same-origin"],
];

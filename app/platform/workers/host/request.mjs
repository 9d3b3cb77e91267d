// How a request is described to Go.
import { Body } from "./body.mjs";
import { lengthOf, writeHeaders } from "./outbound.mjs";

// This many bytes of a request's body are kept, to repeat the request on another instance.
const remembered = 64 << 10;

export function describe(writer, { request, body }, mailbox) {
  writer.text(request.method).text(request.url);
  writeHeaders(writer, request.headers);
  writer.count(body ? mailbox.hold(body) : 0);
}

// describeRecovery describes a request that is recovered: its note, and no body.
export function describeRecovery(writer, { request, note }) {
  writer.text(request.method).text(request.url);
  writeHeaders(writer, request.headers);
  writer.count(0).raw(note);
}

export function describeSchedule(writer, { cron, scheduledTime }) {
  writer.text(cron).number(Number(scheduledTime));
}

export function bodyOf(request) {
  return request.body ? new Body(request.body, lengthOf(request.headers)).remember(remembered) : undefined;
}

// A path segment that looks like a word is part of a route. Any other may be an ID, a token or an address.
const word = /^[a-z][a-z-]{0,30}$/;

// named returns a request's name for the log, without its query and without path segments that may identify a user.
export function named(request) {
  const path = routeOf(request)
    .split("/")
    .map((part) => (part === "" || word.test(part) ? part : "*"))
    .join("/");
  const ray = request.headers.get("cf-ray") ?? "";
  return `${request.method} ${path}${/^[0-9a-f]{16}(-[A-Z]{3})?$/.test(ray) ? `, ray ${ray}` : ""}`;
}

// routeOf returns the path of a request's URL.
export function routeOf({ url }) {
  const from = url.indexOf("/", url.indexOf("://") + 3);
  return from < 0 ? "/" : url.slice(from).split(/[?#]/, 1)[0];
}

// What Go is told of a request.
import { Body } from "./body.mjs";
import { lengthOf, writeHeaders } from "./outbound.mjs";

// Of a request's body so many bytes are remembered, for repeating the request on another instance.
const remembered = 64 << 10;

export function describe(writer, { request, body }, mailbox) {
  writer.text(request.method).text(request.url);
  writeHeaders(writer, request.headers);
  writer.count(body ? mailbox.hold(body) : 0);
}

// describeRecovery tells of a request whose body is gone, with the note that was left of it.
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

// A part of a path that looks like a word names a route. Any other may be an id, a token, or an address.
const word = /^[a-z][a-z-]{0,30}$/;

// named is how the log names a request: without its query, and without the parts of its path that name somebody.
export function named(request) {
  const path = routeOf(request)
    .split("/")
    .map((part) => (part === "" || word.test(part) ? part : "*"))
    .join("/");
  const ray = request.headers.get("cf-ray") ?? "";
  return `${request.method} ${path}${/^[0-9a-f]{16}(-[A-Z]{3})?$/.test(ray) ? `, ray ${ray}` : ""}`;
}

// routeOf is the path of a request's URL.
export function routeOf({ url }) {
  const from = url.indexOf("/", url.indexOf("://") + 3);
  return from < 0 ? "/" : url.slice(from).split(/[?#]/, 1)[0];
}

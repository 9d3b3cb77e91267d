// What Go is told of a request.
import { Body } from "./body.mjs";
import { lengthOf, writeHeaders } from "./outbound.mjs";

export function describe(writer, request, mailbox) {
  writer.text(request.method).text(request.url);
  writeHeaders(writer, request.headers);
  writer.count(request.body ? mailbox.hold(new Body(request.body, lengthOf(request.headers))) : 0);
}

export function describeSchedule(writer, { cron, scheduledTime }) {
  writer.text(cron).number(Number(scheduledTime));
}

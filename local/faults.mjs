// For tests: records the requests to the REST API, and injects faults into its answers. Available with --faults only.

import { CloudError } from "./rest/envelope.mjs";
import { json } from "./rest/router.mjs";

const kinds = ["status", "lost", "half", "silent"];

// Faults holds a queue of faults, each {method?, path, kind, status?, times?, skip?}: path is a regular expression over the
// path after /client/v4, and skip is the number of matching requests that pass before the first fault. The kinds are
//   status  answer with that status and do nothing,
//   lost    do the work, then drop the connection without an answer,
//   half    do the work, send half of the answer, then drop the connection,
//   silent  do nothing and never answer.
export class Faults {
  #queue = [];
  #requests = [];

  // note records a call and returns the fault to inject, if any.
  note({ method, path, query, headers, body }) {
    const fault = this.#take(method, path);
    const record = { method, path, query: query.toString(), at: new Date().toISOString(), ...(fault && { fault: fault.kind }) };
    if (headers["content-type"] === "application/json" && body.length > 0) record.body = body.toString("utf8");
    this.#requests.push(record);
    return fault;
  }

  // control answers the tests' own calls, and returns undefined for any other path.
  control(call) {
    const at = `${call.method} ${call.path}`;
    switch (at) {
      case "POST /__faults":
        return this.#add(json(call));
      case "DELETE /__faults":
        this.#queue = [];
        return {};
      case "GET /__faults":
        return this.#queue;
      case "GET /__requests":
        return this.#requests;
      case "DELETE /__requests":
        this.#requests = [];
        return {};
      default:
        return undefined;
    }
  }

  #add({ method, path = "", kind, status = 500, times = 1, skip = 0 }) {
    if (!kinds.includes(kind)) throw new CloudError(400, 10001, `kind must be one of ${kinds.join(", ")}.`);
    const fault = { method, path, kind, status, times, skip };
    this.#queue.push(fault);
    return fault;
  }

  #take(method, path) {
    const fault = this.#queue.find((one) => (!one.method || one.method === method) && new RegExp(one.path).test(path));
    if (fault && fault.skip-- > 0) return undefined;
    if (fault && --fault.times === 0) this.#queue = this.#queue.filter((one) => one !== fault);
    return fault;
  }
}

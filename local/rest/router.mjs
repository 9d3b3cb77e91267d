// The REST API as one request handler: it authenticates the caller and finds the route.
import { CloudError } from "./envelope.mjs";

export const basePath = "/client/v4";

// compile turns '/accounts/:account/d1/database' into a matcher of paths. A last segment ':key*' matches the rest.
function compile(pattern) {
  const names = [];
  const source = pattern.replace(/:(\w+)(\*?)/g, (_, name, rest) => {
    names.push(name);
    return rest ? "(.+)" : "([^/]+)";
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const match = expression.exec(path);
    return match && Object.fromEntries(names.map((name, i) => [name, decode(match[i + 1])]));
  };
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CloudError(400, 7003, "Could not route: the path holds a broken percent-escape.");
  }
}

// Router finds the handler of a request. A route is [method, pattern, handler]; a handler takes a call and returns a result
// for the envelope, or a Reply.
export class Router {
  #state;
  #routes;

  constructor(state, routes) {
    this.#state = state;
    this.#routes = routes.map(([method, pattern, handler]) => ({ method, match: compile(pattern), handler }));
  }

  // answer returns a result or a Reply, or throws a CloudError.
  answer(request) {
    this.#authenticate(request);

    let known = false;
    for (const { method, match, handler } of this.#routes) {
      const params = match(request.path);
      if (!params) continue;
      known = true;
      if (method !== request.method) continue;
      if (params.account !== undefined && params.account !== this.#state.account) {
        throw new CloudError(403, 10000, "Authentication error");
      }
      if (params.zone !== undefined && !/^[0-9a-f]{32}$/.test(params.zone)) throw unroutable(request.path);
      return handler({ ...request, params });
    }

    if (known) throw new CloudError(405, 10405, "Method not allowed for this authentication scheme");
    throw unroutable(request.path);
  }

  #authenticate({ headers }) {
    const given = headers.authorization;
    if (!given) throw new CloudError(401, 10001, "Unable to authenticate request");
    if (given !== `Bearer ${this.#state.token}`) throw new CloudError(403, 10000, "Authentication error");
  }
}

const unroutable = (path) => new CloudError(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);

// json reads a request's body as JSON.
export function json(call) {
  try {
    return JSON.parse(call.body.toString("utf8"));
  } catch {
    throw new CloudError(400, 10001, "The request body is not valid JSON.");
  }
}

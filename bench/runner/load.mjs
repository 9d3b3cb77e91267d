// A load: a bounded number of keep-alive connections on loopback, each sending its next request when the last one is
// answered.
import { performance } from "node:perf_hooks";
import { Pool } from "undici";

// send sends one request and reads the whole answer.
export async function send(pool, { method, path, headers, body }) {
  const response = await pool.request({ method, path, headers, body });
  const bytes = Buffer.from(await response.body.arrayBuffer());
  const isJSON = response.headers["content-type"]?.startsWith("application/json");
  return { status: response.statusCode, headers: response.headers, bytes, body: isJSON ? JSON.parse(bytes) : bytes };
}

export function connect(base, connections) {
  return new Pool(base.origin, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
}

// drive sends next(i) over every connection until the time or the count is reached. It returns the number of requests, the
// seconds, and the sorted latencies in ms; it throws if an answer is not 200 or does not have the length that
// expected(request) returns.
export async function drive(pool, connections, next, { seconds = Infinity, requests = Infinity, expected }) {
  const latencies = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  let sent = 0;

  const connection = async () => {
    while (sent < requests && performance.now() < end) {
      const request = next(sent++);
      const start = performance.now();
      const length = await receive(pool, request);
      latencies.push(performance.now() - start);
      if (expected && length !== expected(request)) {
        throw new Error(`${request.method} ${request.path}: ${length} bytes instead of ${expected(request)}`);
      }
    }
  };

  await Promise.all(Array.from({ length: connections }, connection));
  const elapsed = (performance.now() - began) / 1000;
  return { requests: latencies.length, seconds: elapsed, latencies: latencies.sort((a, b) => a - b) };
}

async function receive(pool, { method, path, headers, body }) {
  const response = await pool.request({ method, path, headers, body });
  let length = 0;
  for await (const chunk of response.body) length += chunk.length;
  if (response.statusCode !== 200) throw new Error(`${method} ${path} answered ${response.statusCode}`);
  return length;
}

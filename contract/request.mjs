// One request of a step: its cookies, headers and body, and the answer to it over raw HTTP.
import http from "node:http";
import { mintCache, signCookie } from "./secrets.mjs";

// Jars are the cookie jars of a scenario, one per browser.
export class Jars {
  #jars = {};

  // of returns the jar of a name as a Map; steps that name none share one.
  of(name = "-") {
    this.#jars[name] ??= new Map();
    return this.#jars[name];
  }
}

// readCookies reads which cookies a step sends: the name of a jar, or {jar, drop, only, tamper, sign, set, cache}.
export const readCookies = (cookies) => (typeof cookies === "string" ? { jar: cookies } : (cookies ?? {}));

// chooseCookies returns the cookies of a request as a Map. fill replaces the placeholders of a value.
export function chooseCookies(jar, { drop = [], only, tamper = [], sign = {}, set = {}, cache }, fill) {
  const cookies = new Map([...jar].filter(([name]) => !drop.includes(name) && (!only || only.includes(name))));
  for (const [name, value] of Object.entries(sign)) cookies.set(name, signCookie(fill(value)));
  for (const [name, value] of Object.entries(set)) cookies.set(name, fill(value));
  for (const name of tamper) {
    if (cookies.has(name)) cookies.set(name, tampered(cookies.get(name)));
  }
  if (cache) {
    const { name = "better-auth.session_data", ...content } = cache;
    cookies.set(name, mintCache(fill(content)));
  }
  return cookies;
}

// tampered returns the text with another seventh character.
function tampered(value) {
  return value.replace(/(.{6})(.)/, (_, head, letter) => head + (letter === "A" ? "B" : "A"));
}

// makeRequest returns the request {method, path, headers, body} of a step.
export function makeRequest(scenario, step, cookies, fill) {
  const given = Object.entries({ ...scenario.headers, ...step.headers }).filter(([, value]) => value !== null);
  const headers = Object.fromEntries(given.map(([name, value]) => [name, fill(value)]));
  if (cookies.size > 0) headers.cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

  const typed = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  if (step.body !== undefined && !typed) headers["content-type"] = "application/json";
  return { method: step.method ?? "GET", path: fill(step.path), headers, body: makeBody(step, fill) };
}

function makeBody({ raw, body }, fill) {
  if (raw !== undefined) return fill(raw);
  return body === undefined ? undefined : JSON.stringify(fill(body));
}

// send returns {status, headers, bytes}; the status is 0 if there is no response.
export function send(base, host, { method, path, headers, body }) {
  return new Promise((resolve) => {
    const fail = (error) => resolve({ status: 0, headers: {}, bytes: Buffer.from(`no response: ${error.message}`) });
    const request = http.request({
      agent: false,
      host: base.hostname,
      port: base.port,
      method,
      path,
      headers: {
        host,
        "user-agent": "contract-harness",
        "cf-connecting-ip": (headers["x-forwarded-for"] ?? "none").split(",")[0].trim(),
        ...headers,
        ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
      },
    });
    request.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    });
    request.setTimeout(60_000, () => request.destroy(new Error("timed out")));
    request.on("error", fail).end(body);
  });
}

// setCookies returns the Set-Cookie lines of a response. The last one of a name wins, as in a browser.
export function setCookies({ headers }) {
  const lines = headers["set-cookie"] ?? [];
  return [...new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line])).values()];
}

// keepCookies stores the cookies of a response in a jar.
export function keepCookies(jar, lines) {
  for (const line of lines) {
    const [pair] = line.split("; ");
    const equals = pair.indexOf("=");
    if (/Max-Age=0(;|$)/.test(line)) jar.delete(pair.slice(0, equals));
    else jar.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

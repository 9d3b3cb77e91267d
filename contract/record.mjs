// Records of responses for the transcript.
import { describeCookie, shortHash } from "./normalize.mjs";
import { setCookies } from "./request.mjs";

// parseBody returns JSON as a value, and anything else as text.
export function parseBody({ headers, bytes }) {
  const content = bytes.toString("utf8");
  if (!content || !(headers["content-type"] ?? "").includes("json")) return content;
  try {
    return JSON.parse(content);
  } catch {
    return `<invalid json> ${content}`;
  }
}

// recordResponse returns {status, headers, cookies, body}, normalized.
export function recordResponse(response, body, normalize, { ignoreBody }) {
  const lines = setCookies(response);
  return {
    status: response.status,
    headers: recordHeaders(response.headers, normalize),
    ...(lines.length > 0 && { cookies: recordCookies(lines, normalize) }),
    body: ignoreBody ? "<ignored>" : recordBody(response, body, normalize),
  };
}

// recordCounts counts the statuses of several responses.
export function recordCounts(responses) {
  const counts = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function recordHeaders(headers, normalize) {
  const recorded = {};
  for (const [name, value] of Object.entries(headers).sort()) {
    const shown = recordHeader(name, value, normalize);
    if (shown !== undefined) recorded[name] = shown;
  }
  return recorded;
}

// recordHeader returns undefined for a header that the contract does not compare.
function recordHeader(name, value, normalize) {
  switch (name) {
    case "location":
      return recordURL(value, "http://relative", normalize);
    case "vary":
      return [...new Set(value.split(/,\s*/))].sort().join(", ");
    case "content-type":
      return value.toLowerCase().replace(/\s/g, "");
    case "x-retry-after":
      return Number(value) >= 5 && Number(value) <= 10 ? "<5..10>" : value;
  }
  return /^(access-control-.*|cache-control|retry-after)$/.test(name) ? value : undefined;
}

const recordURL = (url, base, normalize) => normalize({ to: url.split("?")[0], query: queryOf(new URL(url, base)) });
const queryOf = ({ searchParams }) => Object.fromEntries(searchParams);

function recordCookies(lines, normalize) {
  const cookies = lines.map((line) => describeCookie(line, normalize));
  return cookies.sort((a, b) => (a.name + a.attrs < b.name + b.attrs ? -1 : 1));
}

function recordBody({ headers, bytes }, body, normalize) {
  if (/^image\/|octet-stream/.test(headers["content-type"] ?? "")) return `<bytes ${bytes.length} sha256:${shortHash(bytes)}>`;
  const url = body?.url;
  if (typeof body === "object" && url?.startsWith?.("http") && url.includes("?")) {
    return normalize({ ...body, url: { to: url.split("?")[0], query: queryOf(new URL(url)) } });
  }
  return normalize(body);
}

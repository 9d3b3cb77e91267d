// Replaces what differs from run to run (ids, times, hashes, captured values) by placeholders, which CONTRACT.md lists.
import { createHash, scryptSync } from "node:crypto";
import { hmac, readCache } from "./secrets.mjs";

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const farAway = 400 * day; // milliseconds: a time further from now is a constant of the scenario
const never = 2_147_483_647; // the largest time in seconds of 32 bits
const longest = 1500; // characters of a text that is shown whole

// decode undoes percent-encoding, if it is valid.
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// shortHash identifies content that is not shown.
export const shortHash = (content) => createHash("sha256").update(content).digest("hex").slice(0, 12);

// normalizer returns a function that normalizes a value. captures are the values captured so far, passwords the
// candidates for stored hashes.
export function normalizer(captures, passwords) {
  const normalize = (value) => {
    if (typeof value === "string") return normalizeText(value, captures, passwords, normalize);
    if (typeof value === "number") return normalizeNumber(value);
    if (Array.isArray(value)) return value.map(normalize);
    if (!value || typeof value !== "object") return value;
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, normalize(value[key])]));
  };
  return normalize;
}

function normalizeText(value, captures, passwords, normalize) {
  if (/^[0-9a-f]{32}:[0-9a-f]{128}$/.test(value)) return checkHash(value, passwords);
  if (/^\{.*\}$/s.test(value)) {
    try {
      return { "<json>": normalize(JSON.parse(value)) };
    } catch {
      // It is a plain text.
    }
  }
  if (/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*$/.test(value)) return "<jwt>";
  if (value.length > longest) return `<string ${value.length} sha256:${shortHash(value)}>`;
  return replaceIds(replaceTimes(replaceCaptures(value.replace(/127\.0\.0\.1:\d+/g, "<host>"), captures)));
}

// checkHash replaces a stored hash by a placeholder that says whether it is of one of the passwords.
function checkHash(value, passwords) {
  if (passwords.length === 0) return "<scrypt>";
  const [salt, key] = value.split(":");
  const options = { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 };
  const hash = (password) => scryptSync(password.normalize("NFKC"), salt, 64, options).toString("hex");
  return `<scrypt:${passwords.some((password) => hash(password) === key) ? "verified" : "MISMATCH"}>`;
}

function replaceCaptures(text, captures) {
  let replaced = text;
  for (const [name, captured] of Object.entries(captures)) {
    if (typeof captured === "string" && captured.length >= 12) replaced = replaced.split(captured).join(`<=${name}>`);
  }
  return replaced;
}

function replaceTimes(text) {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => {
    const distance = Date.parse(iso) - Date.now();
    return Math.abs(distance) > farAway ? iso : `<iso${span(distance)}>`;
  });
}

function replaceIds(text) {
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g, "<uuid>")
    .replace(/(?<![\w-])[\w-]{128}(?![\w-])/g, "<id128>")
    .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, "<b64url43>")
    .replace(/(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32}(?![\w-])/g, "<id32>");
}

// normalizeNumber replaces times, in seconds or in milliseconds.
function normalizeNumber(value) {
  if (value > 1.5e9 && value < 4e9 && Number.isInteger(value) && value !== never) {
    const distance = value * second - Date.now();
    return Math.abs(distance) > farAway ? value : `<unix${span(distance)}>`;
  }
  return value > 1.5e12 && value < 4e12 ? `<ms${span(value - Date.now())}>` : value;
}

// span returns a distance from now, in whole days, hours or minutes: "+7d".
function span(distance) {
  if (Math.abs(distance) < 45 * second) return "";
  const minutes = Math.round(distance / minute);
  const size = Math.abs(minutes);
  const sign = minutes > 0 ? "+" : "-";
  if (size % 1440 === 0) return `${sign}${size / 1440}d`;
  return sign + (size % 60 === 0 ? `${size / 60}h` : `${size}m`);
}

// describeCookie returns {name, value, attrs} of a Set-Cookie line, with its signature checked.
export function describeCookie(line, normalize) {
  const [pair, ...attributes] = line.split("; ");
  const name = pair.slice(0, pair.indexOf("="));
  const raw = pair.slice(name.length + 1);
  const rounded = attributes.map((attribute) => attribute.replace(/^Max-Age=6047\d\d$/, "Max-Age=604800"));
  return { name, value: raw && cookieValue(name, decode(raw), normalize), attrs: rounded.sort().join("; ") };
}

function cookieValue(name, value, normalize) {
  if (name.endsWith("session_data")) return normalize(readCache(value));
  const dot = value.lastIndexOf(".");
  if (dot <= 0) return normalize(value);
  const content = value.slice(0, dot);
  const valid = hmac(content, "base64") === value.slice(dot + 1);
  return valid ? { signed: normalize(content) } : { BAD_SIGNATURE: normalize(value) };
}

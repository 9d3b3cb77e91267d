// Who has sent a request, as far as that is proven. A client may write any header, so that cookies and addresses count only with
// the program's signatures. What is not signed counts as if it had not been sent.
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { routeOf } from "./request.mjs";

// sessionOf returns the token of a session cookie that the program has signed; "" if there is none.
export function sessionOf({ headers }, { BETTER_AUTH_SECRET: secret }) {
  const sent = /(?:^|;\s*)(?:__Secure-)?better-auth\.session_token=([^;]*)/.exec(headers.get("cookie") ?? "")?.[1] ?? "";
  const [, token, signature] = /^(.+)\.([^.]+)$/.exec(decoded(sent)) ?? [];
  return token && signs(secret, token, signature, "base64") ? token : "";
}

// All Workers that call Workers share this address, so it identifies no client.
const workers = "2a06:98c0:3600:0";

// clientOf returns the address of the client, or "" if it is a Worker's. Of an IPv6 address it returns the first half, which
// belongs to one household. Behind the operator's own proxy it is the address that this has signed.
export function clientOf(request, env) {
  const address = signedAddress(request, env) ?? request.headers.get("cf-connecting-ip") ?? "";
  if (!address.includes(":")) return address;
  const half = halfOf(address.toLowerCase());
  return half === workers ? "" : half;
}

const tolerance = 60; // seconds that the proxy's clock may be ahead or behind

// signedAddress reads X-AdDreams-Client as the program does (address.go of package auth).
function signedAddress(request, { CLIENT_ADDRESS_SECRET: secret }) {
  const [, address, seconds, signature] = /^([^;]+);t=(\d+);v=(.+)$/.exec(request.headers.get("x-addreams-client") ?? "") ?? [];
  if (!address || Math.abs(Date.now() / 1000 - Number(seconds)) > tolerance) return undefined;
  const text = ["v1", request.method, routeOf(request), address, seconds].join("\n");
  return signs(secret, text, signature, "base64url") ? address : undefined;
}

function signs(secret, text, signature, encoding) {
  if (!secret) return false;
  const sent = Buffer.from(signature, encoding);
  const right = createHmac("sha256", secret).update(text).digest();
  return sent.length === right.length && timingSafeEqual(sent, right);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// halfOf returns the first four groups of an IPv6 address.
function halfOf(address) {
  const [front, back] = address.split("::");
  const groups = front === "" ? [] : front.split(":");
  if (back !== undefined) while (groups.length < 4) groups.push("0");
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

// better-auth's cookies: the signed token and the session cache.

import { env } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import { isoDate } from "./answer.mjs";

const hmac = (text, encoding) => createHmac("sha256", env.BETTER_AUTH_SECRET).update(text).digest(encoding);

// claim reads the cookies: {token, user} if the cache is valid, {token} if the database must be asked, undefined if signed
// out.
export function claim(request) {
  const cookies = new Map();
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim());
  }
  const signed = decodeURIComponent(cookies.get("better-auth.session_token") ?? "");
  const dot = signed.lastIndexOf(".");
  const token = signed.slice(0, dot);
  if (dot < 0 || hmac(token, "base64") !== signed.slice(dot + 1)) return undefined;
  return { token, user: cached(cookies.get("better-auth.session_data")) };
}

function cached(cookie) {
  if (!cookie) return undefined;
  const { session, expiresAt, signature } = JSON.parse(Buffer.from(cookie, "base64url").toString());
  const vouched = hmac(JSON.stringify({ ...session, expiresAt }), "base64url") === signature;
  return vouched && expiresAt >= Date.now() && Date.parse(session.session.expiresAt) >= Date.now() ? session.user : undefined;
}

export function tokenCookie(token) {
  return `better-auth.session_token=${encodeURIComponent(`${token}.${hmac(token, "base64")}`)}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax`;
}

export function cacheCookie(session, user) {
  const now = Date.now();
  const inner = { session, user, updatedAt: now, version: "1" };
  const expiresAt = now + 300_000;
  const signature = hmac(JSON.stringify({ ...inner, expiresAt }), "base64url");
  const value = Buffer.from(JSON.stringify({ session: inner, expiresAt, signature })).toString("base64url");
  return `better-auth.session_data=${value}; Max-Age=300; Path=/; HttpOnly; SameSite=Lax`;
}

// sessionStatement finds a session with its user; it goes first in the batch of a request without a cache.
export function sessionStatement(token) {
  return env.DB.prepare(
    `SELECT u.id, u.name, u.email, u.email_verified, u.image, u.created_at, u.updated_at, s.expires_at
     FROM session s JOIN user u ON u.id = s.user_id WHERE s.token = ? AND s.expires_at >= ?`,
  ).bind(token, nowSeconds());
}

export function readUser({ results: [row] }) {
  return (
    row && {
      name: row.name,
      email: row.email,
      emailVerified: Boolean(row.email_verified),
      image: row.image,
      createdAt: isoDate(row.created_at),
      updatedAt: isoDate(row.updated_at),
      id: row.id,
    }
  );
}

const ownerByID = "WITH owner(id) AS (SELECT ?)";
const ownerBySession = "WITH owner(id) AS (SELECT user_id FROM session WHERE token = ? AND expires_at >= ?)";

// readOwned runs queries on what a user owns, in one trip: each is [SQL that reads owner, values…]. It returns
// {user, results}, or undefined if there is no such session.
export async function readOwned({ token, user }, queries) {
  const [owner, ...values] = user ? [ownerByID, user.id] : [ownerBySession, token, nowSeconds()];
  const prepared = queries.map(([sql, ...more]) => env.DB.prepare(owner + sql).bind(...values, ...more));
  if (user) return { user, results: await env.DB.batch(prepared) };
  const [session, ...results] = await env.DB.batch([sessionStatement(token), ...prepared]);
  const found = readUser(session);
  return found && { user: found, results };
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

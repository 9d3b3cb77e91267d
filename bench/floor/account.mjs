// Profile and sign-in.

import { env } from "cloudflare:workers";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { isoDate, json, unauthorized } from "./answer.mjs";
import { cacheCookie, claim, nowSeconds, readOwned, readUser, tokenCookie } from "./session.mjs";

const derive = promisify(scrypt);

const selectProfile = `
SELECT user_id, account_type, credits_product_shoots, credits_ad_graphics, created_at, updated_at
FROM user_profile
WHERE user_id = (SELECT id FROM owner)`;

export async function me(request) {
  const who = claim(request);
  const owned = who && (await readOwned(who, [[selectProfile]]));
  if (!owned) return unauthorized();
  const [profile] = owned.results[0].results;

  return json({
    user: owned.user,
    profile: {
      userId: profile.user_id,
      accountType: profile.account_type,
      creditsProductShoots: profile.credits_product_shoots,
      creditsAdGraphics: profile.credits_ad_graphics,
      createdAt: isoDate(profile.created_at),
      updatedAt: isoDate(profile.updated_at),
    },
  });
}

export async function signIn(request) {
  const { email, password } = await request.json();
  const found = await env.DB.prepare(
    `SELECT u.id, u.name, u.email, u.email_verified, u.image, u.created_at, u.updated_at, a.password
     FROM user u JOIN account a ON a.user_id = u.id AND a.provider_id = 'credential' WHERE u.email = ?`,
  )
    .bind(email.toLowerCase())
    .all();
  const [salt, key] = (found.results[0]?.password ?? ":").split(":");
  const derived = await derive(password.normalize("NFKC"), salt, 64, { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 });
  if (!key || !timingSafeEqual(derived, Buffer.from(key, "hex"))) {
    return json({ message: "Invalid email or password", code: "INVALID_EMAIL_OR_PASSWORD" }, 401);
  }
  const user = readUser(found);
  const session = await begin(user.id, request.headers.get("user-agent") ?? "");
  const response = json({ redirect: false, token: session.token, user });
  response.headers.append("set-cookie", tokenCookie(session.token));
  response.headers.append("set-cookie", cacheCookie(session, user));

  return response;
}

async function begin(userId, userAgent) {
  const now = nowSeconds();
  const expiresAt = now + 7 * 86_400;
  const id = randomId();
  const token = randomId();
  await env.DB.prepare(
    "INSERT INTO session (id, expires_at, token, created_at, updated_at, ip_address, user_agent, user_id) VALUES (?, ?, ?, ?, ?, '', ?, ?)",
  )
    .bind(id, expiresAt, token, now, now, userAgent, userId)
    .run();
  const date = isoDate(now);
  return { expiresAt: isoDate(expiresAt), token, createdAt: date, updatedAt: date, ipAddress: "", userAgent, userId, id };
}

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// randomId draws 32 of 62 characters; bytes beyond the last multiple of 62 are drawn again.
function randomId() {
  let id = "";
  while (id.length < 32) for (const byte of randomBytes(40)) if (byte < 248 && id.length < 32) id += alphabet[byte % 62];
  return id;
}

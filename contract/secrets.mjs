// The bindings that the scenarios run with, and what is signed with them.
import { createHmac } from "node:crypto";

export const publicURL = "http://localhost:8787";
const secret = "contract-test-secret-0123456789abcdefABCDEF";
const trustedOrigins = "http://localhost:5173, https://app.example.test";

export const bindings = {
  QWEN_API_KEY: "test-qwen-key",
  QWEN_REGION: "sg",
  QWEN_IMAGE_MODEL: "qwen-image-max",
  QWEN_IMAGE_EDIT_MODEL: "qwen-image-edit-max",
  QWEN_TIMEOUT_MS: "1500",
  BETTER_AUTH_SECRET: secret,
  BETTER_AUTH_URL: publicURL,
  BETTER_AUTH_TRUSTED_ORIGINS: trustedOrigins,
  TRUSTED_ORIGINS: trustedOrigins, // its name in the TypeScript service
  GOOGLE_CLIENT_ID: "google-client-id",
  GOOGLE_CLIENT_SECRET: "google-client-secret",
  GITHUB_CLIENT_ID: "github-client-id",
  GITHUB_CLIENT_SECRET: "github-client-secret",
};

export const hmac = (text, encoding) => createHmac("sha256", secret).update(text).digest(encoding);

// signCookie returns the value of a signed cookie.
export const signCookie = (value) => encodeURIComponent(`${value}.${hmac(value, "base64")}`);

// mintCache returns the value of a session cache: signed, badly signed, or any text.
export function mintCache({ expiresInMs = 300_000, badSignature, rawText, ...session }) {
  if (rawText !== undefined) return rawText;
  const expiresAt = Date.now() + expiresInMs;
  const signature = badSignature ? "A".repeat(43) : hmac(JSON.stringify({ ...session, expiresAt }), "base64url");
  return Buffer.from(JSON.stringify({ session, expiresAt, signature })).toString("base64url");
}

// readCache returns what a session cache of the service contains, and whether its signature is valid.
export function readCache(raw) {
  try {
    const { session, expiresAt, signature } = JSON.parse(Buffer.from(raw, "base64url").toString("utf8"));
    const expected = hmac(JSON.stringify({ ...session, expiresAt }), "base64url");
    return { signature: expected === signature ? "valid" : "INVALID", session, expiresAt };
  } catch {
    return { signature: "UNREADABLE", raw };
  }
}

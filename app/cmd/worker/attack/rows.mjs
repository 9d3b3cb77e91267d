// What rows of several files share.
import assert from "node:assert/strict";

export const textRoute = "/api/workflows/image-from-text";
export const referenceRoute = "/api/workflows/image-from-reference";
export const videoRoute = "/api/workflows/video-from-reference";

// orderOf returns the request that orders something for the attacker. A text or bytes are sent as they are, all else as JSON.
export const orderOf = (path, body) => ({
  path,
  as: "mallory",
  ...(typeof body === "string" || Buffer.isBuffer(body) ? { body } : { json: body }),
});

// stillSignedIn is the part of an answer that checks that the attacker's session has not ended.
export const stillSignedIn = {
  check: async ({ sql, mallory }) =>
    assert.equal((await sql("SELECT 1 FROM session WHERE user_id = ?", mallory.id)).length, 1, "still signed in"),
};

// base64url encodes a text, or a value as JSON.
export const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

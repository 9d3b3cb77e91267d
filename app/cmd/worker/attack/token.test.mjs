// ID tokens of providers, and tokens of verification mails, that are forged or were issued for something else.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { base64url } from "./rows.mjs";
import { idToken, publicKey, secret, siege, signed } from "./siege.mjs";

const day = 86_400; // seconds
const now = () => Math.floor(Date.now() / 1000);

// refusedToken returns a row with an ID token that Google did not issue, or not for this sign-in. make(scene) returns the token.
const refusedToken = (name, make, more = {}) => ({
  name: `an id_token ${name}`,
  send: (scene) => ({ path: "/api/auth/sign-in/social", json: { provider: "google", idToken: { token: make(scene), ...more } } }),
  answer: {
    status: 401,
    check: async ({ sql }) => assert.equal((await sql("SELECT 1 FROM user WHERE email LIKE 'gina%'")).length, 0),
  },
});

// withHead returns a token with another header under the signature of a valid one.
const withHead = (head) => {
  const [, claims, signature] = idToken("gina").split(".");
  return `${base64url(head)}.${claims}.${signature}`;
};

const tokens = [
  refusedToken("without a signature", () => `${idToken("gina").split(".").slice(0, 2).join(".")}.`),
  refusedToken("of the algorithm none", () => withHead({ alg: "none", kid: "key-1" })),
  refusedToken("of the algorithm None", () => withHead({ alg: "None", kid: "key-1" })),
  refusedToken("signed with the public key as a secret", () => {
    const text = `${base64url({ alg: "HS256", kid: "key-1" })}.${idToken("gina").split(".")[1]}`;
    return `${text}.${createHmac("sha256", publicKey()).update(text).digest("base64url")}`;
  }),
  refusedToken("signed with the secret of the cookies", () => {
    const text = `${base64url({ alg: "HS256", kid: "key-1" })}.${idToken("gina").split(".")[1]}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  }),
  refusedToken(
    "under the signature of another",
    () => `${idToken("gina", { name: "Other" }).split(".").slice(0, 2).join(".")}.${idToken("gina").split(".")[2]}`,
  ),
  refusedToken("with a key that is not Google's", () => withHead({ alg: "RS256", kid: "key-2" })),
  refusedToken("that brings its own key", () =>
    withHead({ alg: "RS256", kid: "key-3", jwk: { kty: "RSA", n: "AQAB", e: "AQAB" } }),
  ),
  refusedToken("that says where its key is", () => withHead({ alg: "RS256", kid: "key-4", jku: "https://evil.test/keys" })),
  refusedToken("with a critical extension", () => withHead({ alg: "RS256", kid: "key-1", crit: ["b64"], b64: false })),
  refusedToken("for another client", () => idToken("gina", { aud: "other-id" })),
  refusedToken("for nobody", () => idToken("gina", { aud: undefined })),
  refusedToken("for a client whose name holds ours", () => idToken("gina", { aud: "google-id.evil.test" })),
  refusedToken("of another issuer", () => idToken("gina", { iss: "https://accounts.google.com.evil.test" })),
  refusedToken("of no issuer", () => idToken("gina", { iss: undefined })),
  refusedToken("that is over", () => idToken("gina", { exp: now() - 1 })),
  refusedToken("that never ends", () => idToken("gina", { exp: undefined })),
  refusedToken("of yesterday that holds until tomorrow", () => idToken("gina", { iat: now() - day, exp: now() + day })),
  refusedToken("of tomorrow", () => idToken("gina", { iat: now() + day, exp: now() + 2 * day })),
  refusedToken("that does not hold yet", () => idToken("gina", { nbf: now() + 3_600 })),
  refusedToken("whose end is a text", () => idToken("gina", { exp: "9999999999" })),
  refusedToken("with another nonce", () => idToken("gina", { nonce: "one" }), { nonce: "two" }),
  refusedToken("without the nonce", () => idToken("gina"), { nonce: "one" }),
  refusedToken("of nobody", () =>
    signed(
      JSON.stringify({
        iss: "https://accounts.google.com",
        aud: "google-id",
        iat: now(),
        exp: now() + 60,
        email: "gina@example.test",
      }),
    ),
  ),
  refusedToken("of two parts", () => "a.b"),
  refusedToken("of four parts", () => `${idToken("gina")}.x`),
  refusedToken("with line breaks", () => idToken("gina").replace(".", ".\r\n")),
  {
    name: "an id_token of GitHub's",
    send: { path: "/api/auth/sign-in/social", json: { provider: "github", idToken: { token: idToken("gina") } } },
    answer: { status: 404, code: "ID_TOKEN_NOT_SUPPORTED" },
  },
  {
    name: "an id_token for a provider that is a property of every object",
    send: { path: "/api/auth/sign-in/social", json: { provider: "__proto__", idToken: { token: idToken("gina") } } },
    answer: 404,
  },
];

const mails = ["without a signature", "of the algorithm none", "signed with another secret"].map((name, index) => ({
  name: `a token of a verification mail ${name}`,
  send: ({ victim }) => {
    const text = `${base64url({ alg: index === 1 ? "none" : "HS256" })}.${base64url({ email: `${victim.id}@example.test` })}`;
    return {
      path: `/api/auth/verify-email?token=${text}.${index === 2 ? createHmac("sha256", "another").update(text).digest("base64url") : ""}`,
    };
  },
  answer: {
    status: 401,
    code: "INVALID_TOKEN",
    check: async ({ sql, victim }) =>
      assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE id = ?", victim.id))[0].proven, 0),
  },
}));

siege("token", [tokens, mails].flat());

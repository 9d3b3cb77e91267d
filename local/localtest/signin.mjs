// The tests' stand-ins for Google and GitHub. A code is the name of the person who consents, such as "gina"; it is exchanged
// for that person's tokens.
import { generateKeyPairSync, sign } from "node:crypto";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const people = {
  gina: { sub: "sub-gina", email: "gina@example.test", email_verified: true, name: "Gina", picture: "https://lh3.test/gina.png" },
  hub: { id: 42, login: "hub", name: "Hub", email: null, avatar_url: "https://avatars.test/42" },
  ada: { id: 43, login: "ada", name: "Ada", email: null, avatar_url: "https://avatars.test/43" },
};

const json = (data, status = 200) => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(data) });
const base64url = (text) => Buffer.from(text).toString("base64url");

// idToken returns the id_token that Google would sign for a person.
export function idToken(name, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  return signed(
    JSON.stringify({
      iss: "https://accounts.google.com",
      aud: "google-id",
      iat: now,
      exp: now + 3600,
      ...people[name],
      ...claims,
    }),
  );
}

// signed returns a JWT with any payload and header, signed with the stand-in's key.
export function signed(payload, header = { alg: "RS256", kid: "key-1" }) {
  const text = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
}

// publicKey returns the key that verifies the signature, as PEM.
export const publicKey = () => rsa.publicKey.export({ type: "spki", format: "pem" });

// answer plays the providers' servers.
export async function answer(request) {
  const url = new URL(request.url),
    bearer = request.headers.get("authorization")?.replace(/^Bearer token-/, "");
  switch (url.origin + url.pathname) {
    case "https://oauth2.googleapis.com/token":
      return googleTokens(new URLSearchParams(await request.text()));
    case "https://www.googleapis.com/oauth2/v3/certs":
      return json({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" }] });
    case "https://github.com/login/oauth/access_token": {
      const code = new URLSearchParams(await request.text()).get("code");
      return json(
        people[code]
          ? { access_token: `token-${code}`, scope: "read:user,user:email", token_type: "bearer" }
          : { error: "bad_verification_code" },
      );
    }
    case "https://api.github.com/user":
      return json(people[bearer]);
    case "https://api.github.com/user/emails":
      return json([{ email: `${bearer}@example.test`, primary: true, verified: true }]);
  }

  return json({ error: "no such address" }, 404);
}

function googleTokens(form) {
  const code = form.get("code") ?? form.get("refresh_token")?.replace("refresh-", "");
  if (!people[code]) return json({ error: "invalid_grant" }, 400);
  return json({
    access_token: `token-${code}`,
    refresh_token: `refresh-${code}`,
    expires_in: 3600,
    scope: "openid email profile",
    token_type: "Bearer",
    id_token: idToken(code),
  });
}

// Requests that other sites send, and redirects that lead to them.
import assert from "node:assert/strict";
import { stillSignedIn } from "./rows.mjs";
import { frontend, password, siege, signUp } from "./siege.mjs";

const evil = "https://evil.test";
const signOut = (headers) => ({ path: "/api/auth/sign-out", as: "mallory", json: {}, headers });

const origins = [
  ["another site", evil],
  ["null", "null"],
  ["nothing", null],
  ["a host that begins as ours", "http://localhost:5173.evil.test"],
  ["a host that ends as ours", "http://evil-localhost:5173"],
  ["ours as the user", "http://localhost:5173@evil.test"],
  ["another port", "http://localhost:5174"],
  ["another scheme", "https://localhost:5173"],
  ["a backslash", "http://localhost:5173\\.evil.test"],
  ["our host in a path", `${evil}/http://localhost:5173`],
  ["a list", `http://localhost:5173, ${evil}`],
  ["a path", "/"],
  ["a file", "file://"],
  ["an extension", "chrome-extension://abc"],
].map(([name, origin]) => ({
  name: `a sign-out from the origin of ${name}`,
  send: signOut({ origin }),
  answer: { status: 403, ...stillSignedIn },
}));

const logins = ["/api/auth/sign-in/email", "/api/auth/sign-up/email"].flatMap((path) => [
  {
    name: `a form of another site to ${path}`,
    send: {
      path,
      body: "email=a%40b.test&password=12345678&name=n",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: evil,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
      },
    },
    answer: 403,
  },
  {
    name: `a script of another site to ${path}`,
    send: {
      path,
      json: { email: "a@b.test", password: "12345678", name: "n" },
      headers: { origin: evil, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
    },
    answer: 403,
  },
  {
    name: `a form of a sibling site to ${path}`,
    send: {
      path,
      json: { email: "a@b.test", password: "12345678", name: "n" },
      headers: { origin: evil, "sec-fetch-site": "same-site" },
    },
    answer: 403,
  },
  {
    name: `a plain text of another site to ${path}`,
    send: { path, body: '{"email":"a@b.test"}', headers: { "content-type": "text/plain", origin: evil } },
    answer: 415,
  },
  {
    name: `a type that only names JSON to ${path}`,
    send: { path, body: '{"email":"a@b.test"}', headers: { "content-type": "text/plain; application/json" } },
    answer: 415,
  },
]);

const cors = [
  {
    name: "an answer to a script of another site",
    send: { path: "/api/me", as: "mallory", headers: { origin: evil } },
    answer: { check: (_, { headers }) => assert.equal(headers["access-control-allow-origin"], undefined) },
  },
  {
    name: "a preflight of another site",
    send: { method: "OPTIONS", path: "/api/me", headers: { origin: evil, "access-control-request-method": "DELETE" } },
    answer: { status: 204, check: (_, { headers }) => assert.equal(headers["access-control-allow-origin"], undefined) },
  },
  {
    name: "a preflight of ours in capitals",
    send: { method: "OPTIONS", path: "/api/me", headers: { origin: frontend.toUpperCase() } },
    answer: { status: 204, check: (_, { headers }) => assert.equal(headers["access-control-allow-origin"], undefined) },
  },
  {
    name: "a preflight of a page without an origin",
    send: { method: "OPTIONS", path: "/api/me", headers: { origin: "null" } },
    answer: { status: 204, check: (_, { headers }) => assert.equal(headers["access-control-allow-origin"], undefined) },
  },
];

const urls = [
  "https://evil.test",
  "//evil.test",
  "/\\evil.test",
  "/%2f/evil.test/..//evil.test\\",
  "\\\\evil.test",
  "https:evil.test",
  "http://localhost:5173@evil.test",
  "http://localhost:5173.evil.test",
  "javascript:alert(1)",
  "data:text/html,x",
  "/a\r\nSet-Cookie: a=b",
  "/a b",
  "/a#b",
  "http://localhost:5173\t.evil.test",
  "http://[::1",
  "https://evil.test/http://localhost:5173",
  "\thttps://evil.test",
  "blob:http://localhost:5173/x",
];

const redirects = [
  ...urls.map((url) => ({
    name: `a sign-in that leads to ${JSON.stringify(url)}`,
    send: async (scene) => ({
      path: "/api/auth/sign-in/email",
      json: { email: (await signUp(scene)).email, password, callbackURL: url },
    }),
    answer: 403,
  })),
  ...["errorCallbackURL", "newUserCallbackURL", "callbackURL"].map((field) => ({
    name: `a sign-in at a provider whose ${field} leads elsewhere`,
    send: { path: "/api/auth/sign-in/social", json: { provider: "google", [field]: evil } },
    answer: 403,
  })),
  {
    name: "a link of a reset mail that leads elsewhere",
    send: { path: `/api/auth/reset-password/x?callbackURL=${evil}` },
    answer: 403,
  },
  {
    name: "a link of a verification mail that leads elsewhere",
    send: { path: `/api/auth/verify-email?token=x&callbackURL=${evil}` },
    answer: 403,
  },
  {
    name: "a callback URL that is an object",
    send: { path: "/api/auth/sign-in/social", json: { provider: "google", callbackURL: { toString: evil } } },
    answer: 400,
  },
  {
    name: "an error page with line breaks",
    send: { path: "/api/auth/error?error=a%0d%0aSet-Cookie:%20a=b&error_description=%0d%0aLocation:%20https://evil.test" },
    answer: {
      status: 302,
      location: /^\/\?error=UNKNOWN/,
      check: (_, { headers }) => assert.equal(headers["set-cookie"], undefined),
    },
  },
  {
    name: "an error page with a script",
    send: { path: "/api/auth/error?error=<script>alert(1)</script>" },
    answer: { status: 302, location: /^\/\?error=UNKNOWN/, hasNot: /script/ },
  },
];

siege("origin", [origins, logins, cors, redirects].flat());

// Requests of other sites, requests that look like other ones, and requests that a database or a header could misread.
import assert from "node:assert/strict";
import { frontend, password, publicURL, siege, signUp } from "./siege.mjs";

const evil = "https://evil.test";
const signOut = (headers) => ({ path: "/api/auth/sign-out", as: "mallory", json: {}, headers });
const still = {
  check: async ({ sql, mallory }) =>
    assert.equal((await sql("SELECT 1 FROM session WHERE user_id = ?", mallory.id)).length, 1, "still signed in"),
};

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
  answer: { status: 403, ...still },
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

const methods = ["PUT", "PATCH", "DELETE", "HEAD"]
  .flatMap((method) =>
    ["/api/auth/sign-out", "/api/workflows/image-from-text", "/api/me"].map((path) => ({
      name: `${method} ${path}`,
      send: { method, path, as: "mallory" },
      answer: method === "HEAD" && path === "/api/me" ? 200 : 404,
    })),
  )
  .concat([
    {
      name: "a method in a header",
      send: { method: "POST", path: "/api/history/x", as: "mallory", json: {}, headers: { "x-http-method-override": "DELETE" } },
      answer: 404,
    },
    { name: "a sign-out by GET", send: { path: "/api/auth/sign-out", as: "mallory" }, answer: { status: 404, ...still } },
    { name: "an order by GET", send: { path: "/api/workflows/image-from-text?prompt=p", as: "mallory" }, answer: 404 },
    { name: "migrations by GET", send: { path: "/api/migrate" }, answer: 404 },
  ]);

const paths = [
  "/api//me",
  "//api/me",
  "/api/me/",
  "/API/me",
  "/api/Me",
  "/api/me;a=b",
  "/api/me%00",
  "/api/%6de%2f",
  "/api/x/..%2fme",
  "/api/auth/../../me%2e",
  "/.env",
  "/.dev.vars",
  "/-/",
  "/api/auth/%2e%2e/me%00",
  "/api/auth//get-session",
  "/api/auth/get-session/",
  "/api/history/..%2f..%2fme",
  "/api/history/%00",
  "/api/history/%ff%fe",
  "/worker.mjs",
  "/api/migrate/",
  "/cdn-cgi/x/../../api/me%00",
].map((path) => ({
  name: `the path ${path}`,
  send: { path, as: "mallory" },
  answer: { status: [400, 401, 404], hasNot: /"profile"/ },
}));

const words = [
  "' OR '1'='1",
  "'; DROP TABLE user; --",
  '" OR ""="',
  "%",
  "_",
  "\\",
  "a' UNION SELECT password FROM account --",
  "\u0000",
  "1; ATTACH DATABASE 'x' AS y",
];
const sql = words
  .flatMap((word) => [
    {
      name: `the id ${JSON.stringify(word)}`,
      send: { path: `/api/history/${encodeURIComponent(word)}`, as: "mallory" },
      answer: 404,
    },
    {
      name: `the password ${JSON.stringify(word)}`,
      send: async (scene) => ({ path: "/api/auth/sign-in/email", json: { email: (await signUp(scene)).email, password: word } }),
      answer: 401,
    },
    {
      name: `the token of a reset ${JSON.stringify(word)}`,
      send: { path: "/api/auth/reset-password", json: { newPassword: password, token: word } },
      answer: 400,
    },
  ])
  .concat([
    {
      name: "SQL in the query of the history",
      send: {
        path: `/api/history?limit=1;DROP TABLE user&offset=1)--&workflow=' OR 1=1&status=x'`.replaceAll(" ", "%20"),
        as: "mallory",
      },
      answer: 200,
    },
    {
      name: "SQL in the name of a user",
      send: { path: "/api/auth/update-user", as: "mallory", json: { name: "'); DELETE FROM user; --" } },
      answer: {
        status: 200,
        check: async ({ sql, mallory }) =>
          assert.equal((await sql("SELECT name FROM user WHERE id = ?", mallory.id))[0].name, "'); DELETE FROM user; --"),
      },
    },
    {
      name: "an address with the wildcards of LIKE",
      send: { path: "/api/auth/sign-in/email", json: { email: "%@example.test", password } },
      answer: 400,
    },
  ]);

const raw = (name, text, answer) => ({ name, send: { raw: text }, answer });
const heads = [
  raw(
    "a header with a line break in it",
    "GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n Cookie: b\r\nConnection: close\r\n\r\n",
    [400, 401],
  ),
  raw("a header without a colon", "GET /api/me HTTP/1.1\r\nHost: localhost\r\nno colon\r\nConnection: close\r\n\r\n", [400, 401]),
  raw("a NUL in a header", "GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\nConnection: close\r\n\r\n", [0, 400, 401]),
  raw(
    "a length and pieces",
    "POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /api/me HTTP/1.1\r\n\r\n",
    [0, 200, 400],
  ),
  raw(
    "a length beyond all",
    "POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n{}",
    [0, 400, 413],
  ),
  raw(
    "a body that never comes",
    "POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    undefined,
  ),
  raw("a path of bytes", "GET /api/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", [0, 400, 404]),
  raw(
    "a host of another",
    "GET /api/auth/callback/google HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n",
    { status: 302, location: new RegExp(`^${publicURL}/`) },
  ),
  raw("no host at all", "GET /api/me HTTP/1.0\r\n\r\n", [0, 400, 401]),
];

const types = [null, 0, true, [], {}, [[]], "", "\u0000", "\ud83d"]
  .flatMap((value) =>
    ["email", "password"].map((field) => ({
      name: `${JSON.stringify(value)} as the ${field} of a sign-in`,
      send: { path: "/api/auth/sign-in/email", json: { email: "a@b.test", password: "x", [field]: value } },
      answer: [400, 401],
    })),
  )
  .concat(
    ["null", "[]", "0", '"x"', "true", "{", "", "\ufeff", "{}{}", "NaN", '{"email":"a@b.test",}', "'x'", "/*x*/{}"].map(
      (body) => ({
        name: `the body ${JSON.stringify(body)}`,
        send: { path: "/api/auth/sign-in/email", body },
        answer: 400,
      }),
    ),
  );

const limits = [
  {
    name: "four sign-ins from one address",
    send: () => {
      const headers = { "cf-connecting-ip": "192.0.2.1" };
      return Array.from({ length: 4 }, () => ({
        path: "/api/auth/sign-in/email",
        json: { email: "nobody@example.test", password: "12345678" },
        headers,
      }));
    },
    answer: { status: 429, check: (_, { headers }) => assert.ok(Number(headers["x-retry-after"]) > 0) },
  },
  {
    name: "sign-ins from one network of IPv6",
    send: () =>
      Array.from({ length: 4 }, (_, n) => ({
        path: "/api/auth/sign-in/email",
        json: { email: "nobody@example.test", password: "12345678" },
        headers: { "cf-connecting-ip": `2001:db8:ffff:1::${n}` },
      })),
    answer: 429,
  },
  {
    name: "sign-ins that say they come from elsewhere",
    send: () =>
      Array.from({ length: 4 }, (_, n) => ({
        path: "/api/auth/sign-in/email",
        json: { email: "nobody@example.test", password: "12345678" },
        headers: { "cf-connecting-ip": "192.0.2.2", "x-forwarded-for": `192.0.2.${100 + n}`, "x-real-ip": `192.0.2.${100 + n}` },
      })),
    answer: 429,
  },
  {
    name: "101 requests from one address",
    send: () =>
      Array.from({ length: 101 }, () => ({ path: "/api/auth/get-session", headers: { "cf-connecting-ip": "192.0.2.3" } })),
    answer: 429,
  },
];

siege("requests", [origins, logins, cors, redirects, methods, paths, sql, heads, types, limits].flat());

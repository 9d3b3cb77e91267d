// Requests that look like other ones, and requests that a database or a header could misread.
import assert from "node:assert/strict";
import { stillSignedIn } from "./rows.mjs";
import { password, publicURL, siege, signUp } from "./siege.mjs";

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
    { name: "a sign-out by GET", send: { path: "/api/auth/sign-out", as: "mallory" }, answer: { status: 404, ...stillSignedIn } },
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
  answer: { status: 404, hasNot: /"profile"/ },
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
    401,
  ),
  raw("a header without a colon", "GET /api/me HTTP/1.1\r\nHost: localhost\r\nno colon\r\nConnection: close\r\n\r\n", 400),
  raw("a NUL in a header", "GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\nConnection: close\r\n\r\n", 400),
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
  raw("a path of bytes", "GET /api/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
  raw(
    "a host of another",
    "GET /api/auth/callback/google HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n",
    { status: 302, location: new RegExp(`^${publicURL}/`) },
  ),
  raw("no host at all", "GET /api/me HTTP/1.0\r\n\r\n", 400),
];

const types = [null, 0, true, [], {}, [[]], "", "\u0000", "\ud83d"]
  .flatMap((value) =>
    ["email", "password"].map((field) => ({
      name: `${JSON.stringify(value)} as the ${field} of a sign-in`,
      send: { path: "/api/auth/sign-in/email", json: { email: "a@b.test", password: "x", [field]: value } },
      answer: field === "password" && typeof value === "string" ? 401 : 400,
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

// An address that looks like another's, and might become it when it is normalized.
const addresses = [
  "adm\u0131n@example.test",
  "adm\u0069\u0307n@example.test",
  "\uff41dmin@example.test",
  "admin\u200b@example.test",
  "admin@example\u3002test",
  "admin@ex\u00e4mple.test",
  "admin@example.test ",
  "admin@example.test\u0000",
  '"a b"@example.test',
  "admin@[127.0.0.1]",
].map((email) => ({
  name: `a sign-up with ${JSON.stringify(email)}`,
  send: { path: "/api/auth/sign-up/email", json: { name: "n", email, password } },
  answer: { status: 400, code: "VALIDATION_ERROR" },
}));

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

siege("request", [methods, paths, sql, heads, types, addresses, limits].flat());

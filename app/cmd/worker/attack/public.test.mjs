// What everybody may read: the description of the API, its page, and whether it is healthy.
import assert from "node:assert/strict";
import { siege } from "./siege.mjs";

const pages = ["/api/openapi.json", "/api/reference", "/api/reference/redoc.js", "/api/health"];

const methods = pages.flatMap((path) =>
  ["POST", "PUT", "DELETE"].map((method) => ({ name: `${method} ${path}`, send: { method, path, as: "mallory" }, answer: 404 })),
);

const paths = [
  "/api/reference/",
  "/api/reference/index.html",
  "/api/reference/redoc.js.map",
  "/api/reference/LICENSES.txt",
  "/api/reference/..%2fopenapi.json",
  "/api/reference/%2e%2e/%2e%2e/etc/passwd",
  "/api/reference/redoc.js/",
  "/api/openapi.json/",
  "/api/openapi/base.json",
].map((path) => ({ name: `the path ${path}`, send: { path }, answer: 404 }));

const framed = [
  {
    name: "the reference in a frame of another site",
    send: { path: "/api/reference", headers: { origin: "https://evil.test", "sec-fetch-dest": "iframe" } },
    answer: {
      status: 200,
      check: (_, { headers }) => {
        assert.match(headers["content-security-policy"], /frame-ancestors 'none'/);
        assert.equal(headers["access-control-allow-origin"], undefined);
      },
    },
  },
  {
    name: "words of the asker's in the page of the reference",
    send: { path: "/api/reference?url=https://evil.test/x.json&spec=%3Cscript%3Ealert(1)%3C/script%3E#/evil" },
    answer: { status: 200, hasNot: /evil|alert/ },
  },
  ...["bytes=0-1", `bytes=${"0-,".repeat(4_000)}0-`].map((range) => ({
    name: `the range ${range.slice(0, 20)} of the viewer`,
    send: { path: "/api/reference/redoc.js", headers: { range } },
    answer: { status: 200, check: (_, { bytes }) => assert.ok(bytes.length > 1_000_000) },
  })),
];

const deep = Object.entries({
  "no token": {},
  "an empty token": { authorization: "Bearer " },
  "a wrong token": { authorization: "Bearer migrate-secreT" },
  "the beginning of the token": { authorization: "Bearer migrate" },
  "the token by another scheme": { authorization: "Basic migrate-secret" },
  "the token without a scheme": { authorization: "migrate-secret" },
  "the token twice": { authorization: "Bearer migrate-secret, Bearer migrate-secret" },
  "the token in another header": { "x-api-key": "migrate-secret" },
  "a token of 15 kB": { authorization: `Bearer ${"x".repeat(15_000)}` },
}).map(([name, headers]) => ({
  name: `a deep look at the health with ${name}`,
  send: { path: "/api/health?deep=1", as: "mallory", headers },
  answer: { status: 401, hasNot: /"checks"/ },
}));

const queries = ["deep=1&deep=0", "deep=%31", "%64eep=1"].map((query) => ({
  name: `a deep look by ?${query}`,
  send: { path: `/api/health?${query}`, as: "mallory" },
  answer: 401,
}));

siege("public pages", [methods, paths, framed, deep, queries].flat());

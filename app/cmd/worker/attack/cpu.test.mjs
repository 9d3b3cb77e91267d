// One thread serves all clients. Whatever an unknown client sends, the program needs only a few milliseconds for it: the most
// expensive request to a route takes at most three times the CPU of the smallest one, or of the same bytes sent to no route, and
// 8 ms. TestEveryRouteIsTimed (package api) fails for a route that is missing here.
import assert from "node:assert/strict";
import { cpuClock } from "../test/process.mjs";
import { frontend, send, siege, sign } from "./siege.mjs";

const long = 60_000;
const times = (text, length = long) => text.repeat(Math.floor(length / text.length));
const many = (make, length = long) => {
  let text = "";
  for (let n = 0; text.length < length; n++) text += make(n);
  return text;
};
// distinct returns characters that are all different, with which punycode is slowest.
const distinct = (count) => Array.from({ length: count }, (_, n) => String.fromCodePoint(0x4e00 + n)).join("");
const widest = "\ufdfa"; // becomes eighteen characters when it is normalized

const post = (path, around, worst) =>
  worst.map(([what, value]) => ({
    what: `${what} in the body of ${path}: ${around("…")}`,
    path,
    body: around(value),
    smallest: { path, body: around('"x"') },
  }));

const values = [
  ["a long text", `"${times("x")}"`],
  ["what normalizing makes longer", `"${times(widest, long / 3)}"`],
  ["escapes", `"${times("\\u0041")}"`],
  ["halves of pairs", `"${times("\\ud83d")}"`],
  ["small lists", `[${times("[],")}0]`],
  ["small objects", `[${times('{"a":0},')}0]`],
  ["many names", `{${many((n) => `"${n}":0,`)}"a":0}`],
  ["one name, again and again", `{${times('"a":0,')}"a":0}`],
  ["wrong scopes", `[${times("0,")}0]`],
  ["scopes", `[${times('"a",')}"a"]`],
  ["a long number", times("9")],
  ["a long fraction", `0.${times("0")}1`],
  ["depth", times("[")],
];

const urls = [
  ["a URL with a long host", `"https://${times("a.")}test"`],
  ["a URL with a host of many characters", `"https://${distinct(8_000)}.test/"`],
  ["a URL with a host in punycode", `"https://xn--${times("a")}"`],
  ["a URL with an escaped host", `"https://${times("%61")}"`],
  ["a URL with many users", `"https://${times("@")}a.test"`],
  ["a URL with many dots", `"/${times("../")}"`],
  ["a URL with a long query", `"/a?${times("a=b&")}"`],
];

const email = [
  ["an address of many labels", `"a@${times("b.")}test"`],
  ["an address of many dots", `"${times("a.")}@b.test"`],
  ["an address of many ats", `"${times("@")}b.test"`],
  ["an address in capitals that grow", `"${times("\u0130", long / 2)}@b.test"`],
];

const bodies = [
  ...post("/api/auth/sign-in/email", (value) => `{"email":"nobody@example.test","password":${value}}`, values),
  ...post("/api/auth/sign-in/email", (value) => `{"email":${value},"password":"x"}`, email),
  ...post("/api/auth/sign-in/email", (value) => `{"email":"nobody","password":"x","callbackURL":${value}}`, urls),
  ...post("/api/auth/sign-up/email", (value) => `{"email":"a","name":"n","password":${value}}`, values.slice(0, 4)),
  ...post("/api/auth/sign-in/social", (value) => `{"provider":"google","scopes":${value}}`, values.slice(4)),
  ...post("/api/auth/sign-in/social", (value) => `{"provider":"nobody","additionalData":{"a":${value}}}`, values.slice(0, 9)),
  ...post("/api/auth/sign-in/social", (value) => `{"provider":"google","idToken":{"token":${value}}}`, [
    ["many dots", `"${times(".")}"`],
    ["a long token", `"${times("a", 30_000)}.${times("a", 20_000)}.a"`],
  ]),
  ...post("/api/auth/reset-password", (value) => `{"newPassword":${value},"token":"t"}`, values.slice(0, 4)),
  ...post("/api/auth/request-password-reset", (value) => `{"email":${value}}`, email),
  ...post("/api/auth/sign-out", (value) => value, values),
  ...post("/api/auth/callback/google", (value) => `{"user":${value}}`, values.slice(0, 9)),
  ...post("/api/auth/revoke-session", (value) => `{"token":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/revoke-sessions", (value) => value, values.slice(2, 6)),
  ...post("/api/auth/revoke-other-sessions", (value) => value, values.slice(2, 6)),
  ...post("/api/auth/update-user", (value) => `{"name":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/change-email", (value) => `{"newEmail":${value}}`, email),
  ...post("/api/auth/delete-user", (value) => `{"password":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/change-password", (value) => `{"newPassword":"x","currentPassword":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/verify-password", (value) => `{"password":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/send-verification-email", (value) => `{"email":${value}}`, email),
  ...post("/api/auth/link-social", (value) => `{"provider":"google","scopes":${value}}`, values.slice(4, 10)),
  ...post("/api/auth/unlink-account", (value) => `{"providerId":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/get-access-token", (value) => `{"providerId":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/refresh-token", (value) => `{"providerId":${value}}`, values.slice(0, 5)),
  ...post("/api/workflows/image-from-text", (value) => `{"prompt":${value}}`, values.slice(0, 6)),
  ...post("/api/workflows/image-from-reference", (value) => `{"prompt":"p","referenceImageUrl":${value}}`, values.slice(0, 6)),
  ...post("/api/workflows/video-from-reference", (value) => `{"prompt":${value}}`, values.slice(0, 6)),
  ...post("/api/auth/api-key/create", (value) => `{"name":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/api-key/update", (value) => `{"keyId":${value}}`, values.slice(0, 5)),
  ...post("/api/auth/api-key/delete", (value) => `{"keyId":${value}}`, values.slice(0, 5)),
  ...post("/api/migrate", (value) => value, values.slice(2, 6)),
  ...post("/api/credits/checkout", (value) => `{"pack":${value}}`, values.slice(0, 6)),
  ...post("/api/credits/checkout", (value) => `{"pack":"starter","returnUrl":${value}}`, urls),
  ...post("/api/credits/stripe", (value) => `{"id":${value}}`, values.slice(0, 6)).map((row) => ({
    ...row,
    headers: { "stripe-signature": `t=${Math.floor(Date.now() / 1000)},${times(`v1=${"0".repeat(64)},`, 500)}v0=` },
  })),
  {
    what: "a form of many fields",
    path: "/api/auth/sign-in/email",
    body: many((n) => `a${n}=b&`),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  },
  {
    what: "a form of one field, again and again",
    path: "/api/auth/sign-in/email",
    body: times("email=%41&"),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  },
  {
    what: "a password of 900 kB",
    path: "/api/auth/sign-in/email",
    body: `{"email":"nobody@example.test","password":"${times(widest, 300_000)}"}`,
  },
  {
    what: "wrong scopes of 900 kB",
    path: "/api/auth/sign-in/social",
    body: `{"provider":"google","scopes":[${times("0,", 900_000)}0]}`,
  },
  { what: "objects of 900 kB", path: "/api/auth/reset-password", body: `[${times('{"a":0},', 900_000)}0]` },
];

const me = "/api/auth/get-session";
const heads = [
  ["many cookies", me, { cookie: times("a=b; ") }],
  ["many cookies without a name", me, { cookie: times("=;") }],
  ["semicolons", me, { cookie: times(";") }],
  ["white space in a cookie", me, { cookie: `a${times(" ")}=b` }],
  ["many session tokens", me, { cookie: times("better-auth.session_token=a.b; ") }],
  ["a long session token", me, { cookie: `better-auth.session_token=${times("%41")}.${times("A", 43)}=` }],
  ["many chunks", "/api/auth/sign-out", { cookie: many((n) => `better-auth.session_data.${n}=a; `) }],
  ["one chunk, again and again", "/api/auth/sign-out", { cookie: times("better-auth.session_data.1=a; ") }],
  [
    "a long session cache",
    me,
    {
      cookie: `better-auth.session_token=${sign("t")}; better-auth.session_data=${Buffer.from(`[${times("[],", 40_000)}0]`).toString("base64url")}`,
    },
  ],
  ["a long Origin", "/api/auth/sign-out", { cookie: "a=b", origin: `https://${times("a.")}test` }],
  ["an Origin in punycode", "/api/auth/sign-out", { cookie: "a=b", origin: `https://xn--${times("a")}` }],
  ["an escaped Referer", "/api/auth/sign-out", { cookie: "a=b", referer: `https://${times("%e4%b8%80")}.test/` }],
  ["a long type of content", "/api/auth/sign-out", { "content-type": times("application/json,") }],
  ["a long address", me, { "cf-connecting-ip": times("1:") }],
  ["a long name of a program", "/api/auth/sign-in/email", { "user-agent": times("x") }],
  ["many headers", me, Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`x-${n}`, times("x", 40)]))],
  ["a long signature", "/api/credits/stripe", { "stripe-signature": `t=1,${times("v1=00,")}` }],
  ["a long bearer token", "/api/migrate", { authorization: `Bearer ${times(" x")}` }],
].map(([what, path, headers]) => ({ what: `${what} to ${path}`, path, headers, ...(path !== me && { body: "{}" }) }));

// Routes without a parameter are compared with the one that does the least.
const quickest = { path: "/api/health" };

// A longer target is refused, by Cloudflare too.
const target = 16_000;
const fills = (text) => times(text, target);
const targets = [
  ["a query that is too long", `/api/auth/get-session?${times("%41=%41&")}`],
  ["a path that is too long", `/api/auth/${times("%2e")}`],
  ["a long query", `${me}?${fills("a=b&")}`],
  ["a query of escapes", `${me}?${fills("%41=%41&")}`],
  ["a query that is broken", `${me}?${fills("%zz&")}`],
  ["a flag, again and again", `${me}?${fills("disableCookieCache=&")}`],
  ["a long error", `/api/auth/error?error=${times("a", 8_000)}&error_description=${times("%41", 8_000)}`],
  ["a long URL in a query", `/api/auth/verify-email?token=a&callbackURL=https://${fills("a.")}test`],
  ["a long token in a query", `/api/auth/verify-email?token=${fills(".")}`],
  ["a long state", `/api/auth/callback/google?state=${fills("a")}`],
  ["a long path", `/api/auth/${fills("a/")}`],
  ["a path of escapes", `/api/auth/${fills("%2e%2e/")}`],
  ["a path of slashes", `/api/${fills("/")}`],
  ["a path of dots", `/api/${fills("../")}x`],
  ["a long id", `/api/history/${fills("a")}`],
  ["a long id of a key", `/api/auth/api-key/get?id=${fills("a")}`],
  ["a long cursor", `/api/credits?cursor=${fills("a")}`],
  ["a long cursor of the history", `/api/history?expand=1&cursor=${fills("a")}`],
  ["a long id of an object", `/api/history/${fills("a")}/asset`],
  ["a long number of an object", `/api/history/a/assets/${fills("9")}`],
  ["a long id of a reference", `/api/history/${fills("%61")}/reference`],
  ["a long number of a reference", `/api/history/a/references/${fills("9")}`],
  ["a long token in a path", `/api/auth/reset-password/${times("%61", 8_000)}?callbackURL=/${times("a/", 8_000)}`],
  ["a long token of a deletion", `/api/auth/delete-user/callback?token=${fills("a")}`],
  ["a long id of an account", `/api/auth/account-info?accountId=${fills("%41")}`],
  ...[
    "/api/health",
    "/api/me",
    "/api/credits",
    "/api/workflows",
    "/api/openapi.json",
    "/api/reference",
    "/api/reference/redoc.js",
    "/api/auth/api-key/list",
    "/api/history",
    "/api/auth/list-sessions",
    "/api/auth/list-accounts",
    "/api/auth/ok",
  ].map((path) => [`a long query to ${path}`, `${path}?${many((n) => `limit=${n}&`, target)}`, quickest]),
].map(([what, path, smallest]) => ({ what, path, smallest }));

// nowhere sends the same bytes to no route.
const nowhere = ({ headers, body }) => ({ path: "/nowhere", method: body === undefined ? "GET" : "POST", headers, body });

const few = 8; // milliseconds: the smallest request takes one or two, and the kernel's accounts are as coarse
const ratio = 3; // to the smallest request, or to the same bytes
const rounds = { least: 4, most: 40 }; // a busy machine takes more of them to show how long something takes by itself

siege(
  "CPU",
  [...bodies, ...heads, ...targets].map(({ what, path, body, headers, smallest }) => ({
    name: what,
    send: async (scene) => {
      const worst = { path, body, headers };
      const least = smallest ?? { path: path.split("?")[0].slice(0, 40), body: body && "{}" };
      const allowed = ([, cheap, carried]) => few + ratio * Math.max(cheap, carried);
      const found = await cheapest(scene, [worst, least, nowhere(worst)], (times) => times[0] < allowed(times));
      const [dear, cheap, carried] = found.map((milliseconds) => milliseconds.toFixed(1));
      if (process.env.VERBOSE) console.log(`${dear} ms; ${cheap}, ${carried}: ${what}`);
      assert.ok(found[0] < allowed(found), `${dear} ms; the smallest takes ${cheap} ms, and the bytes alone ${carried} ms`);
      return worst;
    },
    answer: { check: (_scene, { status }) => assert.ok(status < 500, `${status}`) },
  })),
  {
    begin: (scene) => {
      scene.cpu = cpuClock();
    },
  },
);

// cheapest measures requests in turns, and returns the least CPU that each took, in milliseconds, once these are good enough.
async function cheapest(scene, requests, good) {
  const least = requests.map(() => Infinity);
  for (let round = 0; round < rounds.least || (round < rounds.most && !good(least)); round++) {
    for (const [index, request] of requests.entries()) {
      const began = scene.cpu();
      await send(scene, { ...request, headers: { origin: frontend, ...request.headers } });
      least[index] = Math.min(least[index], scene.cpu() - began);
    }
  }
  return least;
}

// What programs write into headers: IDs of requests, keys of orders, preferences, ranges, entity tags, preflights. And the
// cursors that they get from an answer and change.
import assert from "node:assert/strict";
import { base64url, orderOf, textRoute } from "./rows.mjs";
import { frontend, person, send, siege } from "./siege.mjs";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// The ID of a request is in the log and in the answer.
const ids = ["schedule", "abc", "a1\u00e9", "1;evil", '{"a":1}', "1\ta", "../1", "1%0a", "x1".repeat(33), "1, 2", "<b>1</b>"].map(
  (id) => ({
    name: `the request ID ${JSON.stringify(id)}`,
    send: { path: "/api/nothing", headers: { "x-request-id": Buffer.from(id).toString("latin1") } },
    answer: { status: 404, check: (_, { headers }) => assert.match(headers["x-request-id"], uuid) },
  }),
);

const ordered = (key, who) => ({
  path: textRoute,
  cookie: who.cookie,
  json: { prompt: "p" },
  headers: { "idempotency-key": key },
});
const debits = async ({ sql }, { id }) =>
  (await sql("SELECT count(*) AS count FROM credit_ledger WHERE user_id = ? AND delta < 0", id))[0].count;

const keys = [
  ...["", "k".repeat(256), "a\tb", "caf\u00e9"].map((key) => ({
    name: `the Idempotency-Key ${JSON.stringify(key.slice(0, 20))}`,
    send: { ...orderOf(textRoute, { prompt: "p" }), headers: { "idempotency-key": Buffer.from(key).toString("latin1") } },
    answer: { status: 400, code: "INVALID_REQUEST" },
  })),
  {
    name: "twenty orders at once with one Idempotency-Key",
    send: async (scene) => {
      const who = await person(scene.site);
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(scene, ordered("once", who))));
      assert.ok(
        answers.every(({ status }) => status === 200 || status === 409),
        answers.map(({ status }) => status).join(),
      );
      assert.equal(await debits(scene, who), 1);
      return ordered("once", who);
    },
    answer: { status: 200, headers: { "idempotent-replayed": "true" } },
  },
  {
    name: "another user's Idempotency-Key",
    send: async (scene) => {
      scene.other = await person(scene.site);
      const mine = await person(scene.site);
      return [ordered("shared", mine), ordered("shared", scene.other)];
    },
    answer: {
      status: 200,
      check: async (scene, { headers }) => {
        assert.equal(headers["idempotent-replayed"], undefined);
        assert.equal(await debits(scene, scene.other), 1);
      },
    },
  },
  {
    name: "an Idempotency-Key whose generation is being deleted, again and again",
    send: async (scene) => {
      const who = await person(scene.site);
      const { json } = await send(scene, ordered("deleted", who));
      await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          send(
            scene,
            n % 2 ? ordered("deleted", who) : { method: "DELETE", path: `/api/history/${json.generationId}`, cookie: who.cookie },
          ),
        ),
      );
      assert.equal(await debits(scene, who), 1);
      return ordered("deleted", who);
    },
    answer: { status: 200, headers: { "idempotent-replayed": "true" } },
  },
];

const preferences = [
  "respond-async",
  "wait=99999999999",
  "wait=-1",
  'wait="',
  ",".repeat(15_000),
  `x="${"a".repeat(15_000)}`,
].map((prefer) => ({
  name: `the preference ${prefer.slice(0, 20)}`,
  send: { ...orderOf(textRoute, { prompt: "p" }), headers: { prefer } },
  answer: 200,
}));

// The stored picture has 1,000 bytes.
const whole = [200, 1000];
const ranges = Object.entries({
  "bytes=0-0": [206, 1],
  "bytes=-1": [206, 1],
  "bytes=0-9223372036854775807": [206, 1000],
  "bytes=-9223372036854775807": [206, 1000],
  "bytes=-0": [416],
  "bytes=1000-": [416],
  "bytes=9223372036854775807-": [416],
  "bytes=9223372036854775808-": whole,
  "bytes=5-2": whole,
  "bytes=+1-2": whole,
  "bytes=0x1-2": whole,
  "bytes=a-b": whole,
  "bytes=0-1,2-3": whole,
  [`bytes=${"0-,".repeat(5_000)}0-`]: whole,
}).map(([range, [status, length]]) => ({
  name: `the range ${range.slice(0, 40)}`,
  send: async (scene) => {
    scene.picture ??= (await send(scene, orderOf(textRoute, { prompt: "p" }))).json.generationId;
    return { path: `/api/history/${scene.picture}/asset`, as: "mallory", headers: { range } };
  },
  answer: { status, check: (_, { bytes }) => length && assert.equal(bytes.length, length) },
}));

const tags = ['"x"', 'W/"x"', `"${"x".repeat(15_000)}"`, ",".repeat(15_000)].map((tag) => ({
  name: `the entity tag ${tag.slice(0, 20)}`,
  send: ({ picture }) => ({ path: `/api/history/${picture}/asset`, as: "mallory", headers: { "if-none-match": tag } }),
  answer: 200,
}));

const preflights = ["https://evil.test", "null", `${frontend}.evil.test`, frontend.toUpperCase()].map((origin) => ({
  name: `a preflight of ${origin} for an API key`,
  send: {
    method: "OPTIONS",
    path: textRoute,
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key" },
  },
  answer: {
    status: 204,
    check: (_, { headers }) => assert.equal(headers["access-control-allow-origin"], undefined),
  },
}));

const broken = 400;
const nothing = 200; // a place in the list where nothing is
const cursors = Object.entries({
  "1.' OR 1=1 --": nothing,
  "1.\u0000": nothing,
  "-1.x": nothing,
  "1.1.1": nothing,
  "9007199254740991.x": broken,
  "9223372036854775807.x": broken,
  "1e9.x": broken,
  "0x10.x": broken,
  " 1.x": broken,
  ".": broken,
  "1.": broken,
}).flatMap(([text, status]) =>
  ["/api/history", "/api/credits"].map((path) => ({
    name: `the cursor ${JSON.stringify(text)} of ${path}`,
    send: { path: `${path}?cursor=${base64url(text)}`, as: "mallory" },
    answer: { status, check: (_, { json }) => status === nothing && assert.deepEqual(json.items ?? json.entries, []) },
  })),
);

siege("headers and cursors", [ids, keys, preferences, ranges, tags, preflights, cursors].flat());

// The requests that are measured, and the checks of their answers.
import assert from "node:assert/strict";
import { assetId, cookies, generations, maker, password, reader } from "./fixture.mjs";

const origin = "http://localhost:5173";

// request makes {method, path, headers, body}. The address "none" keeps the rate limits of sign-in out of the measurement.
function request(method, path, { cookie, body } = {}) {
  return {
    method,
    path,
    headers: {
      host: "localhost:8787",
      origin,
      "user-agent": "bench",
      "cf-connecting-ip": "none",
      ...(cookie && { cookie }),
      ...(body && { "content-type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  };
}

const read = (path, cached) => () => request("GET", path, { cookie: cookies(reader, { cached }) });

export function generate(prompt) {
  return request("POST", "/api/workflows/image-from-text", {
    cookie: cookies(maker, { cached: true }),
    body: { prompt, parameters: { n: 1, size: "1328*1328" } },
  });
}

const isMe = ({ user, profile }) => {
  assert.deepEqual(user, reader.user);
  assert.equal(profile.accountType, "paid");
};
const isHistory = ({ items, pagination }) => {
  assert.deepEqual(pagination, { limit: 20, offset: 0, total: generations, nextOffset: 20 });
  assert.equal(items.length, 20);
  assert.equal(items[0].id, assetId);
  assert.equal(items[0].assetUrl, `http://localhost:8787/api/history/${assetId}/asset`);
};

// Endpoints: make() returns a fresh request (a session cache lives for five minutes), right(body) throws if the answer is
// wrong, trips is the most that our Worker may need of [D1, R2], and target is the largest ratio of its CPU to the stack's.
export const endpoints = [
  {
    name: "health",
    make: () => request("GET", "/api/health"),
    right: ({ status }) => assert.equal(status, "ok"),
    trips: [0, 0],
    target: 1.2,
  },
  { name: "me, with cache cookie", make: read("/api/me", true), right: isMe, trips: [1, 0], target: 0.6 },
  { name: "me, session token only", make: read("/api/me", false), right: isMe, trips: [1, 0], target: 0.4 },
  { name: "history, with cache cookie", make: read("/api/history", true), right: isHistory, trips: [1, 0], target: 0.45 },
  { name: "history, session token only", make: read("/api/history", false), right: isHistory, trips: [1, 0], target: 0.3 },
  {
    name: "history detail",
    make: read(`/api/history/${assetId}`, true),
    trips: [1, 0],
    target: 0.6,
    right: ({ item }) => assert.equal(item.input.parameters.size, "1328*1328"),
  },
  {
    name: "200 KB asset",
    make: read(`/api/history/${assetId}/asset`, true),
    trips: [1, 1],
    target: 0.75,
    right: (body) => assert.equal(body.length, 200_000),
  },
  {
    name: "sign-in",
    trips: [2, 0],
    target: 1,
    connections: 2,
    make: () => request("POST", "/api/auth/sign-in/email", { body: { email: reader.user.email, password } }),
    right: ({ user }) => assert.deepEqual(user, reader.user),
  },
  {
    name: "image-from-text",
    make: () => generate("a red shoe"),
    trips: [3, 1],
    target: 0.9,
    right: ({ status, output, credits }) => {
      assert.equal(status, "completed");
      assert.equal(output.images.length, 1);
      assert.ok(credits.productShoots > 0);
    },
  },
];

// Other sites of the same domain, tokens that are used twice, images of other hosts, revoked sessions, and storage.
import assert from "node:assert/strict";
import { cookies, frontend, idToken, json, password, Response, send, siege, signUp } from "./siege.mjs";

const spends = ["/api/workflows/image-from-text", "/api/workflows/image-from-reference", "/api/credits/checkout"].flatMap(
  (path) =>
    [
      [
        "a form of a sibling site",
        {
          "content-type": "text/plain",
          origin: "https://evil.example.test",
          "sec-fetch-site": "same-site",
          "sec-fetch-mode": "navigate",
        },
      ],
      ["a script of another site", { "content-type": "text/plain", origin: "https://evil.test", "sec-fetch-site": "cross-site" }],
      ["a page without an origin", { "content-type": "text/plain", origin: "null" }],
    ].map(([name, headers]) => ({
      name: `an order by ${name} to ${path}`,
      send: { path, as: "mallory", body: '{"prompt":"p","referenceImageUrl":"https://x.test/a.png","pack":"starter"}', headers },
      answer: 403,
    })),
);

const deletes = ["https://evil.example.test", "null"].map((origin) => ({
  name: `a deletion from the origin ${origin}`,
  send: { method: "DELETE", path: "/api/history/x", as: "mallory", headers: { origin } },
  answer: 403,
}));

const token = (name, claims) => ({
  name: `an id_token ${name}`,
  send: { path: "/api/auth/sign-in/social", json: { provider: "google", idToken: { token: idToken("gina", claims) } } },
  answer: 401,
});
const tokens = [
  token("for another client", { aud: "other-id" }),
  token("for several clients, and given to another", { aud: ["google-id", "other-id"], azp: "other-id" }),
  {
    name: "an id_token that is shown twice",
    send: () => {
      const request = {
        path: "/api/auth/sign-in/social",
        json: { provider: "google", idToken: { token: idToken("gina", { jti: "once" }) } },
      };
      return [request, request];
    },
    answer: 401,
  },
];

const images = [
  "http://images.example.test/0.png",
  "https://127.0.0.1/0.png",
  "https://localhost/0.png",
  "https://169.254.169.254/0.png",
  "https://evil.test/0.png",
  "https://user@images.example.test/0.png",
  "file:///0.png",
].map((url) => ({
  name: `a provider whose image is at ${url}`,
  send: ({ provider }) => {
    provider.ask = () => json({ output: { choices: [{ message: { content: [{ image: url }] } }] } });
    provider.elsewhere = () => {
      provider.asked = true;
      return new Response("no", { status: 404 });
    };
    return { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p" } };
  },
  answer: {
    status: 502,
    code: "UPSTREAM_MALFORMED_RESPONSE",
    check: ({ provider }) => assert.equal(provider.asked, undefined, "nothing of ours went there"),
  },
}));

const plain = ["/api/me", "/api/history", "/api/auth/get-session"].map((path) => ({
  name: `an answer of ${path} that a cache keeps`,
  send: { path, as: "mallory", headers: { origin: frontend } },
  answer: {
    status: 200,
    headers: { expires: "0", "x-content-type-options": "nosniff" },
    check: (_, { headers }) => assert.ok(headers["cross-origin-resource-policy"]),
  },
}));

// A revoked session still has its cache.
const gone = ["get-access-token", "refresh-token", "link-social", "unlink-account"]
  .map((endpoint) => ({
    name: `a revoked session at ${endpoint}, with its cache`,
    send: async (scene) => {
      const who = await signUp(scene);
      await scene.sql("DELETE FROM session WHERE user_id = ?", who.id);
      return {
        path: `/api/auth/${endpoint}`,
        cookie: who.cookie,
        json: { provider: "google", providerId: "google", accountId: "x" },
      };
    },
    answer: 401,
  }))
  .concat([
    {
      name: "a revoked session at account-info, with its cache",
      send: async (scene) => {
        const who = await signUp(scene);
        await scene.sql("DELETE FROM session WHERE user_id = ?", who.id);
        return { path: "/api/auth/account-info?accountId=x", cookie: who.cookie };
      },
      answer: 401,
    },
    {
      name: "a cache older than a new password",
      send: async (scene) => {
        const who = await signUp(scene),
          again = cookies(await send(scene, { path: "/api/auth/sign-in/email", json: { email: who.email, password } }));
        const { headers } = await send(scene, {
          path: "/api/auth/change-password",
          cookie: again,
          json: { currentPassword: password, newPassword: "another horse", revokeOtherSessions: true },
        });
        assert.ok(headers["set-cookie"]);
        return { path: "/api/auth/link-social", cookie: who.cookie, json: { provider: "google" } };
      },
      answer: 401,
    },
  ]);

const storage = [
  {
    name: "a name of 60 kB",
    send: { path: "/api/auth/update-user", as: "mallory", json: { name: "n".repeat(60_000) } },
    answer: 400,
  },
  {
    name: "a picture of a user of 60 kB",
    send: { path: "/api/auth/update-user", as: "mallory", json: { image: "n".repeat(60_000) } },
    answer: 400,
  },
  {
    name: "a prompt of 100 kB",
    send: { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p".repeat(100_000) } },
    answer: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  },
  {
    name: "a negative prompt of 9 kB",
    send: { path: "/api/workflows/image-from-text", as: "mallory", json: { prompt: "p", negative_prompt: "p".repeat(9_000) } },
    answer: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  },
  {
    name: "a reference's URL of 9 kB",
    send: {
      path: "/api/workflows/image-from-reference",
      as: "mallory",
      json: { prompt: "p", referenceImageUrl: `https://x.test/${"p".repeat(9_000)}` },
    },
    answer: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  },
  {
    name: "an OAuth state of 9 kB",
    send: { path: "/api/auth/sign-in/social", json: { provider: "google", additionalData: { a: "p".repeat(9_000) } } },
    answer: 413,
  },
  {
    name: "what was sent with an order that failed",
    send: ({ provider }) => {
      provider.ask = () => json({ code: "DataInspectionFailed", message: "no" }, 400);
      const referenceImageUrl = `data:image/png;base64,${Buffer.from("\x89PNG\r\n\x1a\nkept", "latin1").toString("base64")}`;
      return { path: "/api/workflows/image-from-reference", as: "mallory", json: { prompt: "kept for ever", referenceImageUrl } };
    },
    answer: {
      status: 502,
      check: async ({ sql, mallory }) => {
        const rows = await sql("SELECT input_json AS kept FROM generation WHERE user_id = ? AND status = 'failed'", mallory.id);
        assert.ok(
          rows.length > 0 && rows.every(({ kept }) => !/kept for ever|reference\.|base64/.test(kept)),
          JSON.stringify(rows),
        );
      },
    },
  },
  {
    name: "refused prompts without end",
    send: ({ provider }) => {
      provider.ask = () => json({ code: "DataInspectionFailed", message: "no" }, 400);
      return Array.from({ length: 61 }, () => ({
        path: "/api/workflows/image-from-text",
        as: "mallory",
        json: { prompt: "p" },
      }));
    },
    answer: { status: 429, code: "TOO_MANY_FAILURES" },
  },
];

siege("doors", [spends, deletes, tokens, images, plain, gone, storage].flat());

// Reading, changing or taking over the account of another user, and claiming what only the server may grant.
import assert from "node:assert/strict";
import { consent } from "./consent.mjs";
import { password, siege, signUp } from "./siege.mjs";

const rows = [
  {
    name: "the end of another's session",
    send: ({ victim }) => ({ path: "/api/auth/revoke-session", as: "mallory", json: { token: victim.token } }),
    answer: {
      status: 200,
      check: async ({ sql, victim }) =>
        assert.equal((await sql("SELECT 1 FROM session WHERE token = ?", victim.token)).length, 1),
    },
  },
  {
    name: "another's account at a provider",
    send: ({ victim }) => ({
      path: "/api/auth/get-access-token",
      as: "mallory",
      json: { providerId: "google", userId: victim.id },
    }),
    answer: 400,
  },
  {
    name: "the unlinking of another's account",
    send: ({ victim }) => ({
      path: "/api/auth/unlink-account",
      as: "mallory",
      json: { providerId: "credential", accountId: victim.id },
    }),
    answer: { status: 400, code: "ACCOUNT_NOT_FOUND" },
  },
  {
    name: "a new address by updating the user",
    send: () => ({ path: "/api/auth/update-user", as: "mallory", json: { email: "victim@example.test" } }),
    answer: { status: 400, code: "EMAIL_CAN_NOT_BE_UPDATED" },
  },
  {
    name: "a proven address by updating the user",
    send: () => ({ path: "/api/auth/update-user", as: "mallory", json: { name: "n", emailVerified: true, id: "x", credits: 9 } }),
    answer: {
      status: 200,
      check: async ({ sql, mallory }) =>
        assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE id = ?", mallory.id))[0].proven, 0),
    },
  },
  {
    name: "a sign-up with the address of a verified user",
    send: {
      path: "/api/auth/sign-up/email",
      json: { name: "n", email: "proven@example.test", password, emailVerified: true, accountType: "paid", role: "admin" },
    },
    answer: {
      status: 200,
      check: async ({ sql }) =>
        assert.equal((await sql("SELECT email_verified AS proven FROM user WHERE email = 'proven@example.test'"))[0].proven, 0),
    },
  },
  {
    name: "a sign-up with an address in other capitals",
    send: async (scene) => {
      const { email } = await signUp(scene);
      return { path: "/api/auth/sign-up/email", json: { name: "n", email: email.toUpperCase(), password } };
    },
    answer: { status: 422 },
  },
  {
    name: "the deletion of a user, which is switched off",
    send: { path: "/api/auth/delete-user", as: "mallory", json: {} },
    answer: 404,
  },
  {
    name: "a sign-out with another's unsigned token",
    send: ({ victim }) => ({ path: "/api/auth/sign-out", cookie: `better-auth.session_token=${victim.token}.x`, json: {} }),
    answer: {
      status: 200,
      check: async ({ sql, victim }) =>
        assert.equal((await sql("SELECT 1 FROM session WHERE token = ?", victim.token)).length, 1),
    },
  },
  {
    name: "a password reset without a token",
    send: { path: "/api/auth/reset-password", json: { newPassword: password } },
    answer: { status: 400, code: "INVALID_TOKEN" },
  },
  {
    name: "a password reset with the token of an OAuth state",
    send: async (scene) => ({
      path: "/api/auth/reset-password",
      json: {
        newPassword: password,
        token: new URLSearchParams((await consent(scene, "google", "gina")).path.split("?")[1]).get("state"),
      },
    }),
    answer: 400,
  },
  { name: "migrations without the token", send: { path: "/api/migrate", json: {} }, answer: 401 },
  {
    name: "migrations with an empty token",
    send: { path: "/api/migrate", json: {}, headers: { authorization: "Bearer " } },
    answer: 401,
  },
  {
    name: "a user's bearer token in place of cookies",
    send: ({ victim }) => ({ path: "/api/me", headers: { authorization: `Bearer ${victim.token}` } }),
    answer: 401,
  },
  {
    name: "a wrong password",
    send: async (scene) => ({
      path: "/api/auth/sign-in/email",
      json: { email: (await signUp(scene)).email, password: `${password} ` },
    }),
    answer: 401,
  },
  {
    name: "a password that is the right one 65 times",
    send: async (scene) => ({
      path: "/api/auth/sign-in/email",
      json: { email: (await signUp(scene)).email, password: password.repeat(65) },
    }),
    answer: 401,
  },
  {
    name: "an address that nobody has, as if it were a wrong password",
    send: { path: "/api/auth/sign-in/email", json: { email: "nobody@example.test", password } },
    answer: { status: 401, code: "INVALID_EMAIL_OR_PASSWORD" },
  },
];

siege("account", rows);

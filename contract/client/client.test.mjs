// What a frontend does with the official client, in the version of the contract and in the newest. The code is the same for
// both.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { idToken } from "../../local/localtest/signin.mjs";
import { apiURL, Browser, start } from "./site.mjs";

const password = "correct horse";

// apiKeyClient is the plugin, which 1.4 has in its own package; the newer ones differ only in a version number.
const { apiKeyClient } = await import("better-auth-contract/client/plugins");

for (const version of ["better-auth-contract", "better-auth-newest"]) {
  describe(version, async () => {
    const { createAuthClient } = await import(`${version}/client`);
    let target;
    before(async () => {
      target = await start();
    });
    after(async () => {
      await target.stop();
    });

    // visit opens a browser with its own client.
    const visit = () => {
      const browser = new Browser(target);
      return { browser, client: createAuthClient({ baseURL: apiURL, fetchOptions: { customFetchImpl: browser.fetch } }) };
    };
    const good = ({ data, error }) => {
      assert.equal(error, null);
      return data;
    };
    const refused = ({ data, error }, status, code) => {
      assert.equal(data, null);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
    };
    const signUp = async (name) => {
      const visitor = visit();
      good(await visitor.client.signUp.email({ name, email: `${name}@example.test`, password }));
      return visitor;
    };
    const signIn = async (name, tried = password) => {
      const visitor = visit();
      good(await visitor.client.signIn.email({ email: `${name}@example.test`, password: tried }));
      return visitor;
    };

    it("signs up, shows the session, signs out", async () => {
      const { client } = await signUp("Ann");
      const { session, user } = good(await client.getSession());
      assert.equal(user.email, "ann@example.test");
      assert.equal(user.emailVerified, false);
      assert.ok(session.expiresAt instanceof Date && session.expiresAt > Date.now() + 6 * 86_400_000);
      good(await client.signOut());
      assert.equal(good(await client.getSession()), null);
    });

    it("signs in, and says what is wrong", async () => {
      await signUp("bea");
      const { client } = await signIn("bea");

      assert.equal(good(await client.getSession()).user.name, "bea");

      refused(
        await visit().client.signIn.email({ email: "bea@example.test", password: "wrong" }),
        401,
        "INVALID_EMAIL_OR_PASSWORD",
      );
      refused(
        await visit().client.signUp.email({ name: "B", email: "bea@example.test", password }),
        422,
        "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
      );
      refused(
        await visit().client.signUp.email({ name: "B", email: "new@example.test", password: "short" }),
        400,
        "PASSWORD_TOO_SHORT",
      );
    });

    it("forgets a browser that asked not to be remembered", async () => {
      await signUp("cleo");
      const { browser, client } = visit();
      good(await client.signIn.email({ email: "cleo@example.test", password, rememberMe: false }));
      assert.ok(browser.cookies.has("better-auth.dont_remember"));
      assert.ok(good(await client.getSession()).session.expiresAt < Date.now() + 2 * 86_400_000);
    });

    it("changes the user", async () => {
      const { client } = await signUp("dora");
      good(await client.updateUser({ name: "Dora <&> \u2028 ü", image: "https://img.test/d.png" }));
      const { user } = good(await client.getSession({ query: { disableCookieCache: true } }));
      assert.deepEqual([user.name, user.image], ["Dora <&> \u2028 ü", "https://img.test/d.png"]);
      assert.deepEqual(good(await client.getSession()).user, user);
    });

    it("changes the password and ends the other sessions", async () => {
      const { client } = await signUp("eva"),
        other = await signIn("eva");
      refused(await client.changePassword({ currentPassword: "wrong", newPassword: "brand-new-1" }), 400, "INVALID_PASSWORD");
      good(await client.changePassword({ currentPassword: password, newPassword: "brand-new-1", revokeOtherSessions: true }));
      assert.equal(good(await client.getSession({ query: { disableCookieCache: true } })).user.name, "eva");
      assert.equal(good(await other.client.getSession({ query: { disableCookieCache: true } })), null);
      await signIn("eva", "brand-new-1");
    });

    it("lists and revokes sessions", async () => {
      const { client } = await signUp("fay"),
        second = await signIn("fay"),
        third = await signIn("fay");
      const sessions = good(await client.listSessions());
      assert.equal(sessions.length, 3);

      const current = good(await second.client.getSession()).session;
      good(await client.revokeSession({ token: current.token }));
      assert.equal(good(await second.client.getSession({ query: { disableCookieCache: true } })), null);

      good(await client.revokeOtherSessions());
      assert.equal(good(await third.client.getSession({ query: { disableCookieCache: true } })), null);
      assert.equal(good(await client.listSessions()).length, 1);

      good(await client.revokeSessions());
      assert.equal(good(await client.getSession({ query: { disableCookieCache: true } })), null);
    });

    it("signs in with Google", async () => {
      const { browser, client } = visit();
      const { url, redirect } = good(
        await client.signIn.social({ provider: "google", callbackURL: "/studio", newUserCallbackURL: "/welcome" }),
      );
      assert.equal(redirect, true);
      assert.equal(await browser.consent(url, "gina"), "/welcome");
      const { user } = good(await client.getSession());
      assert.deepEqual([user.email, user.name, user.emailVerified], ["gina@example.test", "Gina", true]);

      const [account] = good(await client.listAccounts());
      assert.deepEqual(
        [account.providerId, account.accountId, account.scopes],
        ["google", "sub-gina", ["openid", "email", "profile"]],
      );
      assert.equal(good(await client.getAccessToken({ providerId: "google" })).accessToken, "token-gina");
      assert.equal(good(await client.refreshToken({ providerId: "google" })).refreshToken, "refresh-gina");
      const info = good(await client.accountInfo({ query: { accountId: "sub-gina" } }));
      assert.deepEqual([info.user.email, info.data.sub], ["gina@example.test", "sub-gina"]);
      refused(await client.unlinkAccount({ providerId: "google" }), 400, "YOU_CANT_UNLINK_YOUR_LAST_ACCOUNT");
    });

    it("signs in with an id_token of Google", async () => {
      const { client } = visit();
      good(await client.signIn.social({ provider: "google", idToken: { token: idToken("gina") } }));

      assert.equal(good(await client.getSession()).user.email, "gina@example.test");

      refused(
        await visit().client.signIn.social({ provider: "google", idToken: { token: idToken("gina", { aud: "another" }) } }),
        401,
        "INVALID_TOKEN",
      );
    });

    it("signs in with GitHub", async () => {
      const { browser, client } = visit();
      const { url } = good(await client.signIn.social({ provider: "github", callbackURL: "/studio" }));
      assert.equal(await browser.consent(url, "hub"), "/studio");
      assert.deepEqual(
        [good(await client.getSession()).user].map((u) => [u.email, u.name, u.image]),
        [["hub@example.test", "Hub", "https://avatars.test/42"]],
      );
    });

    it("links GitHub to a user with a password, and unlinks it", async () => {
      const { browser, client } = await signUp("ada");
      const { url } = good(await client.linkSocial({ provider: "github", callbackURL: "/settings" }));

      assert.equal(await browser.consent(url, "ada"), "/settings");
      assert.deepEqual(
        good(await client.listAccounts()).map((a) => a.providerId),
        ["credential", "github"],
      );

      good(await client.unlinkAccount({ providerId: "github" }));
      refused(await client.unlinkAccount({ providerId: "github" }), 400, "YOU_CANT_UNLINK_YOUR_LAST_ACCOUNT");
      await signIn("ada");
    });

    it("makes, shows, changes and deletes API keys", async () => {
      const { browser } = await signUp("kay");
      const client = createAuthClient({
        baseURL: apiURL,
        fetchOptions: { customFetchImpl: browser.fetch },
        plugins: [apiKeyClient()],
      });
      const made = good(await client.apiKey.create({ name: "ci", expiresIn: 86_400 }));
      assert.match(made.key, /^adr_[a-zA-Z]{64}$/);
      assert.ok(made.expiresAt instanceof Date);
      const withKey = () => fetch(new URL("/api/me", target.base), { headers: { "x-api-key": made.key } });
      assert.equal((await (await withKey()).json()).user.email, "kay@example.test");

      assert.deepEqual(
        good(await client.apiKey.list()).map((key) => [key.id, key.key]),
        [[made.id, undefined]],
      );
      assert.equal(good(await client.apiKey.update({ keyId: made.id, name: "night" })).name, "night");
      assert.equal(good(await client.apiKey.get({ query: { id: made.id } })).name, "night");
      assert.deepEqual(good(await client.apiKey.delete({ keyId: made.id })), { success: true });

      assert.equal((await withKey()).status, 401);
      refused(await client.apiKey.get({ query: { id: made.id } }), 404, "API_KEY_NOT_FOUND");
    });

    it("sends a browser whose user refuses to the error page", async () => {
      const { browser, client } = visit();
      const { url } = good(
        await client.signIn.social({ provider: "google", callbackURL: "/studio", errorCallbackURL: "/login" }),
      );
      assert.equal(await browser.consent(url, "nobody"), "/login?error=invalid_code");
      assert.equal(good(await client.getSession()), null);
    });
  });
}

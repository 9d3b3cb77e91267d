// Callbacks of OAuth with a state that is forged, used, or of another browser or provider.
import assert from "node:assert/strict";
import { consent } from "./consent.mjs";
import { publicURL, siege, sign } from "./siege.mjs";

// wrong expects a redirect to the error page with this code.
const wrong = (code) => ({ status: 302, location: new RegExp(`^${publicURL}/api/auth/error\\?(error|state)=${code}`) });

const states = [
  { name: "a callback without a state", send: { path: "/api/auth/callback/google?code=gina" }, answer: wrong("state_not_found") },
  {
    name: "a callback with a state of nobody",
    send: { path: "/api/auth/callback/google?code=gina&state=none", cookie: `better-auth.state=${sign("none")}` },
    answer: wrong("please_restart_the_process"),
  },
  {
    name: "a callback in another's browser",
    send: async (scene) => ({ ...(await consent(scene, "google", "gina")), cookie: undefined }),
    answer: wrong("state_mismatch"),
  },
  {
    name: "a callback with the state cookie of another flow",
    send: async (scene) => ({
      ...(await consent(scene, "google", "gina")),
      cookie: (await consent(scene, "google", "gina")).cookie,
    }),
    answer: wrong("state_mismatch"),
  },
  {
    name: "a callback with an unsigned state cookie",
    send: async (scene) => {
      const back = await consent(scene, "google", "gina");
      return { ...back, cookie: `better-auth.state=${new URLSearchParams(back.path).get("state")}` };
    },
    answer: wrong("state_mismatch"),
  },
  {
    name: "a state that is used twice",
    send: async (scene) => {
      const back = await consent(scene, "github", "nobody");
      return [back, back];
    },
    answer: wrong("please_restart_the_process"),
  },
  {
    name: "a state of Google's at GitHub's callback",
    send: async (scene) => {
      const back = await consent(scene, "google", "hub");
      return { ...back, path: back.path.replace("google", "github") };
    },
    answer: {
      status: 302,
      check: async ({ sql }) => assert.equal((await sql("SELECT 1 FROM user WHERE email LIKE 'hub%'")).length, 0),
    },
  },
  { name: "a callback of a provider that there is not", send: { path: "/api/auth/callback/evil?code=x&state=y" }, answer: 302 },
  {
    name: "additional data that takes the place of the state's own",
    send: async (scene) => {
      const back = await consent(scene, "github", "nobody", {
        additionalData: {
          callbackURL: "https://evil.test",
          errorURL: "https://evil.test",
          link: { userId: scene.victim.id, email: "x" },
          LINK: { userId: scene.victim.id },
          codeVerifier: "known",
        },
      });
      return back;
    },
    answer: { status: 302, location: /^(?!https:\/\/evil)/ },
  },
  {
    name: "an error of the provider that breaks out of the header",
    send: async (scene) => {
      const back = await consent(scene, "google", "gina");
      return { ...back, path: `${back.path}&error=a%0d%0aSet-Cookie:%20a=b` };
    },
    answer: { status: 302, check: (_, { headers }) => assert.ok(!JSON.stringify(headers["set-cookie"] ?? "").includes("a=b")) },
  },
];

siege("state", states);

// Sign-in with a provider: the redirect there, and the way back.
import { send } from "./siege.mjs";

// consent starts a sign-in, and returns the request {path, cookie} that the browser sends after the user has consented.
export async function consent(scene, provider, code, more = {}) {
  const {
    json: { url },
    headers,
  } = await send(scene, { path: "/api/auth/sign-in/social", json: { provider, callbackURL: "/studio", ...more } });
  const state = new URL(url).searchParams.get("state");
  return { path: `/api/auth/callback/${provider}?code=${code}&state=${state}`, cookie: headers["set-cookie"][0].split("; ")[0] };
}

// The floor: the SQL and the answers of the application, without a framework, a library or an indirection.
import { env } from "cloudflare:workers";
import { me, signIn } from "./account.mjs";
import { json } from "./answer.mjs";
import { imageFromText } from "./generate.mjs";
import { asset, detail, history } from "./history.mjs";

const trusted = new Set(env.BETTER_AUTH_TRUSTED_ORIGINS.split(",").map((origin) => origin.trim()));

export default {
  async fetch(request) {
    const response = await route(request);
    response.headers.set("access-control-allow-credentials", "true");
    response.headers.set("vary", "Origin");
    const origin = request.headers.get("origin");
    if (trusted.has(origin)) response.headers.set("access-control-allow-origin", origin);
    return response;
  },
};

function route(request) {
  const { pathname } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /api/health":
      return json({ status: "ok", service: "addreams-api", timestamp: new Date().toISOString() });
    case "GET /api/me":
      return me(request);
    case "GET /api/history":
      return history(request);
    case "POST /api/auth/sign-in/email":
      return signIn(request);
    case "POST /api/workflows/image-from-text":
      return imageFromText(request);
  }

  const [, id, rest] = /^\/api\/history\/([^/]+)(\/asset)?$/.exec(pathname) ?? [];
  if (id && request.method === "GET") return rest ? asset(request, id) : detail(request, id);
  return json({ error: "Not found" }, 404);
}

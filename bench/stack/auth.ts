// better-auth on Drizzle. Hono's guide for Cloudflare (hono.dev/examples/better-auth-on-cloudflare) creates an instance in
// every request, and so do most services. Bindings outlive a request, so one instance can also be kept for the isolate. Both
// are measured: the bundler sets KEEP_AUTH.

import { env } from "cloudflare:workers";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { createMiddleware } from "hono/factory";
import { database } from "./database";
import { hash, verify } from "./password";
import * as schema from "./schema";

export const trustedOrigins = env.BETTER_AUTH_TRUSTED_ORIGINS.split(",")
  .map((origin) => origin.trim())
  .filter(Boolean);

declare const KEEP_AUTH: boolean;

let kept: Auth | undefined;

export function auth(): Auth {
  if (!KEEP_AUTH) return createAuth();
  kept ??= createAuth();
  return kept;
}

type Auth = ReturnType<typeof createAuth>;

const createAuth = () =>
  betterAuth({
    baseURL: env.BETTER_AUTH_URL,
    secret: env.BETTER_AUTH_SECRET,
    trustedOrigins,
    database: drizzleAdapter(database, { provider: "sqlite", schema }),
    emailAndPassword: { enabled: true, password: { hash, verify } },
    session: { cookieCache: { enabled: true, maxAge: 5 * 60 } },
    socialProviders: {
      google: { clientId: env.GOOGLE_CLIENT_ID, clientSecret: env.GOOGLE_CLIENT_SECRET },
      github: { clientId: env.GITHUB_CLIENT_ID, clientSecret: env.GITHUB_CLIENT_SECRET },
    },
    rateLimit: { enabled: true },
    advanced: { ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] } },
  });

export type SignedIn = { Variables: { user: Auth["$Infer"]["Session"]["user"] } };

// requireUser lets signed-in users pass.
export const requireUser = createMiddleware<SignedIn>(async (c, next) => {
  const found = await auth().api.getSession({ headers: c.req.raw.headers });
  if (!found) {
    return c.json({ error: { code: "UNAUTHORIZED", message: "Authentication required." }, requestId: crypto.randomUUID() }, 401);
  }
  c.set("user", found.user);
  await next();
});

// The seed's stack: Hono, better-auth, Drizzle on D1 and zod, on the endpoints that the benchmark drives.
import { Hono } from "hono";
import { cors } from "hono/cors";
import { auth, requireUser, trustedOrigins } from "./auth";
import { profileOf } from "./credits";
import { history } from "./history";
import { workflows } from "./workflows";

const app = new Hono();

app.use(
  "/api/*",
  cors({
    origin: trustedOrigins,
    credentials: true,
    allowHeaders: ["Content-Type", "Authorization"],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
  }),
);
app.get("/api/health", (c) => c.json({ status: "ok", service: "addreams-api", timestamp: new Date().toISOString() }));
app.on(["GET", "POST"], "/api/auth/*", (c) => auth().handler(c.req.raw));
app.get("/api/me", requireUser, async (c) => {
  const user = c.get("user");
  return c.json({ user, profile: await profileOf(user.id) });
});
app.route("/api/history", history);
app.route("/api/workflows", workflows);
app.notFound((c) => c.json({ error: "Not found" }, 404));
app.onError((error, c) => {
  console.error(error);
  return c.json(
    { error: { code: "INTERNAL_SERVER_ERROR", message: "Internal server error." }, requestId: crypto.randomUUID() },
    500,
  );
});

export default app;

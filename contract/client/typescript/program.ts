// Makes an image with openapi-fetch and the types that openapi-typescript generates from the API's description, and prints what
// it cost. The test generates api.d.ts beside a copy of this file.
import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./api.js";

const [base, origin] = process.argv.slice(2) as [string, string];
let cookies = "";
const session: Middleware = {
  onRequest({ request }) {
    request.headers.set("origin", origin); // Node's fetch marks its requests as a browser does, but sends no origin
    if (cookies) request.headers.set("cookie", cookies);
  },
  onResponse({ response }) {
    const set = response.headers.getSetCookie();
    if (set.length > 0) cookies = set.map((line) => line.split(";")[0]).join("; ");
  },
};

const client = createClient<paths>({ baseUrl: base });
client.use(session);

const user = await client.POST("/api/auth/sign-up/email", {
  body: { name: "TypeScript", email: "typescript@example.test", password: "correct horse" },
});
if (!user.data) throw new Error(JSON.stringify(user.error));

const made = await client.POST("/api/workflows/image-from-text", {
  params: { header: { "Idempotency-Key": "order-1" } },
  body: { prompt: "a shoe on a rock" },
});
if (!made.data) throw new Error(made.error.error.message);
if (made.data.status === "running") throw new Error("it is answered with 202 only if asked for");

const credits = await client.GET("/api/credits");
if (!credits.data) throw new Error(credits.error.error.message);

const id = made.data.generationId;
const image = await client.GET("/api/history/{id}/asset", { params: { path: { id } }, parseAs: "arrayBuffer" });

console.log(
  JSON.stringify({
    user: user.data.user.email,
    ledger: credits.data.entries[0]?.generationId === id,
    left: credits.data.balance.productShoots,
    bytes: image.response.ok ? Number(image.response.headers.get("content-length")) : 0,
    images: made.data.output.images.length,
  }),
);

// A user's generations.

import { env } from "cloudflare:workers";
import { and, count, desc, eq } from "drizzle-orm";
import { type Context, Hono } from "hono";
import { requireUser, type SignedIn } from "./auth";
import { database } from "./database";
import { generation } from "./schema";

export const history = new Hono<SignedIn>();

history.get("/", requireUser, async (c) => {
  const limit = clamp(c.req.query("limit"), 20, 1, 50);
  const offset = clamp(c.req.query("offset"), 0, 0, 10_000);
  const mine = eq(generation.userId, c.get("user").id);
  const [rows, [{ total }]] = await Promise.all([
    database.select().from(generation).where(mine).orderBy(desc(generation.createdAt)).limit(limit).offset(offset),
    database.select({ total: count() }).from(generation).where(mine),
  ]);
  const nextOffset = offset + rows.length < total ? offset + limit : null;
  return c.json({ items: rows.map((row) => item(c, row)), pagination: { limit, offset, total, nextOffset } });
});

history.get("/:id", requireUser, async (c) => {
  const row = await find(c);
  if (!row) return c.json({ error: "History item not found." }, 404);
  return c.json({ item: { ...item(c, row), input: parse(row.inputJson), output: parse(row.outputJson) } });
});

history.get("/:id/asset", requireUser, async (c) => {
  const row = await find(c);
  const object = row?.r2Key ? await env.GENERATIONS_BUCKET.get(row.r2Key) : null;
  if (!object) return c.json({ error: "History item asset not found." }, 404);
  return c.body(object.body, 200, {
    "Content-Type": object.httpMetadata?.contentType ?? "application/octet-stream",
    "Cache-Control": "private, max-age=3600",
  });
});

history.delete("/:id", requireUser, async (c) => {
  const [row] = await database.delete(generation).where(mine(c)).returning();
  if (!row) return c.json({ error: "History item not found." }, 404);
  if (row.r2Key) await env.GENERATIONS_BUCKET.delete(row.r2Key);
  return c.json({ id: row.id, deleted: true });
});

type Row = typeof generation.$inferSelect;

function find(c: Context<SignedIn>) {
  return database.select().from(generation).where(mine(c)).get();
}

function mine(c: Context<SignedIn>) {
  return and(eq(generation.id, c.req.param("id") ?? ""), eq(generation.userId, c.get("user").id));
}

function item(c: Context, row: Row) {
  return {
    id: row.id,
    workflow: row.workflow,
    status: row.status,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    providerModel: row.providerModel,
    providerRequestId: row.providerRequestId,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    r2Key: row.r2Key,
    assetUrl: row.r2Key ? new URL(`/api/history/${row.id}/asset`, c.req.url).href : null,
  };
}

function parse(json: string | null) {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    return null;
  }
}

function clamp(text: string | undefined, absent: number, least: number, most: number) {
  const number = Number.parseInt(text ?? "", 10);
  return Math.min(Math.max(Number.isNaN(number) ? absent : number, least), most);
}

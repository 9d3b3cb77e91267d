// What a user has generated.
import { env } from "cloudflare:workers";
import { isoDate, json, unauthorized } from "./answer.mjs";
import { claim, readOwned } from "./session.mjs";

const itemColumns = "id, workflow, status, created_at, updated_at, provider_model, provider_request_id, error_code, error_message, r2_key";

export async function history(request) {
  const url = new URL(request.url);
  const limit = clamp(url.searchParams.get("limit"), 20, 1, 50);
  const offset = clamp(url.searchParams.get("offset"), 0, 0, 10_000);
  const who = claim(request);
  const owned = who && await readOwned(who, [
    { sql: `SELECT ${itemColumns} FROM generation WHERE user_id = :owner ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?`, after: [limit, offset] },
    { sql: "SELECT COUNT(*) AS total FROM generation WHERE user_id = :owner" },
  ]);
  if (!owned) return unauthorized();
  const [{ results: rows }, { results: [{ total }] }] = owned.results;
  return json({
    items: rows.map((row) => item(url, row)),
    pagination: { limit, offset, total, nextOffset: offset + rows.length < total ? offset + limit : null },
  });
}

export async function detail(request, id) {
  const row = await find(request, id, `${itemColumns}, input_json, output_json`);
  if (!row) return row === null ? unauthorized() : json({ error: "History item not found." }, 404);
  return json({ item: { ...item(new URL(request.url), row), input: JSON.parse(row.input_json), output: JSON.parse(row.output_json) } });
}

export async function asset(request, id) {
  const row = await find(request, id, "r2_key");
  if (row === null) return unauthorized();
  const object = row?.r2_key && await env.GENERATIONS_BUCKET.get(row.r2_key);
  if (!object) return json({ error: "History item asset not found." }, 404);
  return new Response(object.body, { headers: { "content-type": object.httpMetadata.contentType, "cache-control": "private, max-age=3600" } });
}

// find answers a row, undefined if the user has no such row, null if signed out.
async function find(request, id, columns) {
  const who = claim(request);
  const owned = who && await readOwned(who, [{ sql: `SELECT ${columns} FROM generation WHERE id = ? AND user_id = :owner`, before: [id] }]);
  return owned ? owned.results[0].results[0] : null;
}

function item(url, row) {
  return {
    id: row.id,
    workflow: row.workflow,
    status: row.status,
    createdAt: isoDate(row.created_at),
    updatedAt: isoDate(row.updated_at),
    providerModel: row.provider_model,
    providerRequestId: row.provider_request_id,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    r2Key: row.r2_key,
    assetUrl: row.r2_key ? `${url.origin}/api/history/${row.id}/asset` : null,
  };
}

function clamp(text, absent, least, most) {
  const number = Number.parseInt(text ?? "", 10);
  return Math.min(Math.max(Number.isNaN(number) ? absent : number, least), most);
}

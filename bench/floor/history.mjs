// A user's generations.
import { env } from "cloudflare:workers";
import { isoDate, json, unauthorized } from "./answer.mjs";
import { claim, readOwned } from "./session.mjs";

const fromOwned = `
FROM generation
WHERE user_id = (SELECT id FROM owner)`;

const select = `
SELECT id, workflow, status, created_at, updated_at, provider_model, provider_request_id, error_code, error_message, r2_key,
  CASE WHEN r2_key IS NULL AND status = 'succeeded' AND json_valid(output_json) AND json_type(output_json, '$.images[0]') = 'text'
  THEN json_extract(output_json, '$.images[0]') END AS source_url`;

export async function history(request) {
  const url = new URL(request.url);
  const limit = clamp(url.searchParams.get("limit"), 20, 1, 50);
  const offset = clamp(url.searchParams.get("offset"), 0, 0, 10_000);
  const who = claim(request);
  const owned =
    who &&
    (await readOwned(who, [
      [`SELECT count(*) AS total ${fromOwned}`],
      [`${select}${fromOwned} ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?`, limit, offset],
    ]));
  if (!owned) return unauthorized();
  const [
    {
      results: [{ total }],
    },
    { results: rows },
  ] = owned.results;

  return json({
    items: rows.map((row) => item(url, row)),
    pagination: { limit, offset, total, nextOffset: offset + rows.length < total ? offset + limit : null },
  });
}

const selectStored = `
SELECT asset.r2_key IS NOT NULL AS stored
FROM generation_asset asset
JOIN generation ON generation.id = asset.generation_id
WHERE generation.user_id = (SELECT id FROM owner) AND generation.id = ?
ORDER BY asset.position`;

export async function detail(request, id) {
  const who = claim(request);
  const owned =
    who &&
    (await readOwned(who, [
      [`${select}, input_json, output_json ${fromOwned} AND id = ?`, id],
      [selectStored, id],
    ]));
  if (!owned) return unauthorized();
  const [row] = owned.results[0].results;
  if (!row) return json({ error: "History item not found." }, 404);
  return json({
    item: { ...item(new URL(request.url), row), input: JSON.parse(row.input_json), output: JSON.parse(row.output_json) },
  });
}

export async function asset(request, id) {
  const who = claim(request);
  const owned = who && (await readOwned(who, [[`SELECT r2_key ${fromOwned} AND id = ?`, id]]));
  if (!owned) return unauthorized();
  const key = owned.results[0].results[0]?.r2_key;
  const object = key && (await env.GENERATIONS_BUCKET.get(key));
  if (!object) return json({ error: "History item asset not found." }, 404);

  return new Response(object.body, {
    headers: {
      "content-type": object.httpMetadata.contentType,
      "content-length": String(object.size),
      "cache-control": "private, max-age=3600",
      "x-content-type-options": "nosniff",
    },
  });
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

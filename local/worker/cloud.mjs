// The local cloud's own Worker. It is bound to every database and bucket of the account, and does for the REST API what only
// code inside the runtime can do. Only the Node process calls it.

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [, kind, name] = url.pathname.split("/");
    if (kind === "d1") return queryDatabase(env[`d1:${decodeURIComponent(name)}`], request);
    const bucket = env[`r2:${decodeURIComponent(name)}`];
    const key = url.searchParams.get("key");
    return key === null ? manyObjects(bucket, request, url.searchParams) : oneObject(bucket, request, key);
  },
};

// The public methods of a D1 binding return rows as objects, which lose columns with the same name. The service behind them
// takes the whole batch and returns columns and rows.
function queryDatabase(database, request) {
  return database.fetcher.fetch("http://d1/query?resultsFormat=ROWS_AND_COLUMNS", { method: "POST", body: request.body });
}

async function manyObjects(bucket, request, query) {
  if (request.method === "DELETE") {
    await bucket.delete(await request.json());
    return new Response(null, { status: 204 });
  }
  const list = await bucket.list({
    prefix: query.get("prefix") ?? undefined,
    cursor: query.get("cursor") ?? undefined,
    delimiter: query.get("delimiter") ?? undefined,
    limit: Number(query.get("limit")),
    include: ["httpMetadata", "customMetadata"],
  });
  return Response.json({ ...list, objects: list.objects.map(describe) });
}

async function oneObject(bucket, request, key) {
  if (request.method === "PUT") {
    const type = request.headers.get("content-type");
    const httpMetadata = type ? { contentType: type } : undefined;
    return Response.json(describe(await bucket.put(key, await request.arrayBuffer(), { httpMetadata })));
  }
  const object = await bucket.get(key);
  if (!object) return new Response(null, { status: 404 });
  const headers = new Headers({ etag: object.httpEtag, "last-modified": object.uploaded.toUTCString() });
  object.writeHttpMetadata(headers);
  return new Response(object.body, { headers });
}

function describe(object) {
  return {
    key: object.key,
    size: object.size,
    etag: object.etag,
    last_modified: object.uploaded.toISOString(),
    http_metadata: object.httpMetadata ?? {},
    custom_metadata: object.customMetadata ?? {},
    storage_class: object.storageClass ?? "Standard",
  };
}

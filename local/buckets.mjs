// The bucket operations of the REST API, performed through the local cloud's own Worker.

// askBucket sends a request to the local cloud's Worker, which is bound to the bucket, and returns {status, headers, body}.
export function askBucket(runtime, bucket, query, init) {
  return runtime.use(async (miniflare) => {
    const worker = await miniflare.getWorker("cloud");
    const search = new URLSearchParams(query);
    const response = await worker.fetch(`http://cloud/r2/${encodeURIComponent(bucket)}?${search}`, init);
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  });
}

// listObjects returns R2's own list of a bucket. query has limit, and may have prefix, cursor and delimiter.
export async function listObjects(runtime, bucket, query) {
  return JSON.parse((await askBucket(runtime, bucket, query)).body.toString());
}

// The objects of R2 buckets over REST. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/
import { askBucket, listObjects } from "../buckets.mjs";
import { CloudError, Reply } from "./envelope.mjs";
import { requireBucket } from "./r2.mjs";
import { json } from "./router.mjs";

const objectsPath = "/accounts/:account/r2/buckets/:bucket/objects";
const largestPage = 1000;

async function deleteObjects(runtime, bucket, keys) {
  await askBucket(runtime, bucket, {}, { method: "DELETE", body: JSON.stringify(keys) });
  return keys.map((key) => ({ key }));
}

export function objectRoutes({ state, runtime }) {
  const name = ({ params }) => requireBucket(state, params).name;

  const list = async (call) => {
    const limit = Math.min(largestPage, Math.max(1, Number(call.query.get("per_page")) || largestPage));
    const wanted = [...call.query].filter(([key]) => ["prefix", "cursor", "delimiter"].includes(key));
    const found = await listObjects(runtime, name(call), { ...Object.fromEntries(wanted), limit });

    return Reply.result(found.objects, {
      cursor: found.cursor ?? "",
      is_truncated: found.truncated,
      per_page: limit,
      delimited: found.delimitedPrefixes,
    });
  };

  const get = async (call) => {
    const { status, headers, body } = await askBucket(runtime, name(call), { key: call.params.key });
    if (status === 404) throw new CloudError(404, 10007, "The specified key does not exist.");
    return new Reply({ headers: Object.fromEntries(headers), body });
  };

  const put = async (call) => {
    const type = call.headers["content-type"];
    const init = { method: "PUT", body: call.body, headers: type ? { "content-type": type } : {} };
    return JSON.parse((await askBucket(runtime, name(call), { key: call.params.key }, init)).body.toString());
  };

  return [
    ["GET", objectsPath, list],
    ["DELETE", objectsPath, (call) => deleteObjects(runtime, name(call), json(call))],
    ["GET", `${objectsPath}/:key*`, get],
    ["PUT", `${objectsPath}/:key*`, put],
    ["DELETE", `${objectsPath}/:key*`, async (call) => (await deleteObjects(runtime, name(call), [call.params.key]))[0]],
  ];
}

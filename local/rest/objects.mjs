// The objects of R2 buckets over REST. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/
import { askBucket, listObjects } from "../buckets.mjs";
import { CloudError, Reply } from "./envelope.mjs";
import { requireBucket } from "./r2.mjs";
import { json } from "./router.mjs";

const OBJECTS = "/accounts/:account/r2/buckets/:bucket/objects";
const LARGEST_PAGE = 1000;

async function deleteObjects(runtime, bucket, keys) {
  await askBucket(runtime, bucket, {}, { method: "DELETE", body: JSON.stringify(keys) });
  return keys.map((key) => ({ key }));
}

export function objectRoutes({ state, runtime }) {
  const name = ({ params }) => requireBucket(state, params).name;

  const list = async (call) => {
    const limit = Math.min(LARGEST_PAGE, Math.max(1, Number(call.query.get("per_page")) || LARGEST_PAGE));
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
    ["GET", OBJECTS, list],
    ["DELETE", OBJECTS, (call) => deleteObjects(runtime, name(call), json(call))],
    ["GET", `${OBJECTS}/:key*`, get],
    ["PUT", `${OBJECTS}/:key*`, put],
    ["DELETE", `${OBJECTS}/:key*`, async (call) => (await deleteObjects(runtime, name(call), [call.params.key]))[0]],
  ];
}

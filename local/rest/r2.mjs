// R2 buckets. https://developers.cloudflare.com/api/resources/r2/subresources/buckets/
import { listObjects } from "../buckets.mjs";
import { CloudError } from "./envelope.mjs";
import { json } from "./router.mjs";

const bucketsPath = "/accounts/:account/r2/buckets";
const namePattern = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

// requireBucket returns the bucket that the path names, or fails with 404.
export function requireBucket(state, { bucket: name }) {
  const bucket = state.buckets.find((one) => one.name === name);
  if (!bucket) throw new CloudError(404, 10006, "The specified bucket does not exist.");
  return { ...bucket, jurisdiction: "default", storage_class: "Standard" };
}

export function bucketRoutes({ state, runtime }) {
  const find = ({ params }) => requireBucket(state, params);

  const change = (buckets) => {
    state.buckets = buckets;
    state.save();
    runtime.invalidate();
  };

  const create = (call) => {
    const { name, locationHint = "WEUR" } = json(call);
    if (!namePattern.test(name ?? "")) throw new CloudError(400, 10005, "The specified bucket name is not valid.");
    if (state.buckets.some((one) => one.name === name)) {
      throw new CloudError(409, 10004, "The bucket you tried to create already exists, and you own it.");
    }
    change([...state.buckets, { name, location: locationHint.toUpperCase(), creation_date: new Date().toISOString() }]);
    return requireBucket(state, { bucket: name });
  };

  const remove = async (call) => {
    const { name } = find(call);
    if ((await listObjects(runtime, name, { limit: 1 })).objects.length > 0) {
      throw new CloudError(409, 10008, "The bucket you tried to delete is not empty.");
    }
    change(state.buckets.filter((one) => one.name !== name));
    return {};
  };

  return [
    ["GET", bucketsPath, () => ({ buckets: state.buckets.map(({ name }) => requireBucket(state, { bucket: name })) })],
    ["POST", bucketsPath, create],
    ["GET", `${bucketsPath}/:bucket`, find],
    ["DELETE", `${bucketsPath}/:bucket`, remove],
  ];
}

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
  const { rules, ...described } = bucket;
  return { ...described, jurisdiction: "default", storage_class: "Standard" };
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

  const setRules = (call) => {
    const { rules = [] } = json(call);
    find(call);
    checkRules(rules);
    const { bucket: name } = call.params;
    change(state.buckets.map((bucket) => (bucket.name === name ? { ...bucket, rules } : bucket)));
    return {};
  };

  return [
    ["GET", bucketsPath, () => ({ buckets: state.buckets.map(({ name }) => requireBucket(state, { bucket: name })) })],
    ["POST", bucketsPath, create],
    ["GET", `${bucketsPath}/:bucket`, find],
    ["DELETE", `${bucketsPath}/:bucket`, remove],
    ["GET", `${bucketsPath}/:bucket/lifecycle`, (call) => ({ rules: rulesOf(state, find(call).name) })],
    ["PUT", `${bucketsPath}/:bucket/lifecycle`, setRules],
  ];
}

// defaultRules are those of a new bucket: https://developers.cloudflare.com/r2/buckets/object-lifecycles/.
const defaultRules = [
  {
    id: "Default Multipart Abort Rule",
    enabled: true,
    conditions: { prefix: "" },
    abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 7 * 86_400 } },
  },
];

const rulesOf = (state, name) => state.buckets.find((bucket) => bucket.name === name).rules ?? defaultRules;

// checkRules rejects rules that Cloudflare does not know. Nothing here is deleted by age.
function checkRules(rules) {
  const transitions = ["abortMultipartUploadsTransition", "deleteObjectsTransition"];
  const known = ({ id, enabled, conditions, ...rest }) =>
    typeof id === "string" &&
    typeof enabled === "boolean" &&
    typeof conditions?.prefix === "string" &&
    Object.entries(rest).every(
      ([name, { condition } = {}]) =>
        transitions.includes(name) && condition?.type === "Age" && Number.isInteger(condition.maxAge),
    );
  const names = rules.map(({ id }) => id);
  if (rules.every(known) && new Set(names).size === names.length) return;
  throw new CloudError(400, 10040, "The lifecycle rules are not valid.");
}

// The bindings of a script: what an upload inherits, what must exist before it is bound, and what the API reveals.
import { CloudError } from "./envelope.mjs";

export const isSecret = ({ type }) => type === "secret_text";

// inherit adds to an upload's bindings those that it takes over from the script it replaces: every type in keep_bindings, and
// each binding of type inherit. Secrets that are neither listed nor kept are removed.
export function inherit({ bindings = [], keep_bindings: kept = [] }, old) {
  const before = old?.metadata.bindings ?? [];
  const listed = new Set(bindings.map(({ name }) => name));
  const inherited = bindings.map((binding) => {
    if (binding.type !== "inherit") return binding;
    const found = before.find(({ name }) => name === binding.name);
    if (!found) throw new CloudError(400, 10056, `Binding ${binding.name} not found, so it can't be inherited.`);
    return found;
  });
  return [...inherited, ...before.filter(({ name, type }) => kept.includes(type) && !listed.has(name))];
}

// requireBound fails if a binding's database, bucket or script does not exist.
export function requireBound(state, script, bindings) {
  for (const binding of bindings) {
    if (binding.type === "d1" && !state.databases.some(({ uuid }) => uuid === binding.id)) {
      throw new CloudError(400, 10181, `D1 binding '${binding.name}' references database '${binding.id}' which was not found.`);
    }
    if (binding.type === "r2_bucket" && !state.buckets.some(({ name }) => name === binding.bucket_name)) {
      throw new CloudError(
        400,
        10085,
        `R2 bucket '${binding.bucket_name}' not found. Please use a different name and try again.`,
      );
    }
    if (binding.type === "service" && binding.service !== script && !Object.hasOwn(state.scripts, binding.service)) {
      throw new CloudError(
        400,
        10143,
        `Could not resolve service binding '${binding.name}'. Target script '${binding.service}' not found.`,
      );
    }
  }
}

// reveal returns a binding as Cloudflare lists it: without a secret's value, and with a database's ID under both its names.
export function reveal({ ...binding }) {
  if (isSecret(binding)) delete binding.text;
  if (binding.type === "d1") binding.database_id = binding.id;
  return binding;
}

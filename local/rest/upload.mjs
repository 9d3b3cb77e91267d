// The body of a script upload, and what Cloudflare rejects in it before it runs anything.
// https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/
import { gzipSync } from "node:zlib";
import { CloudError } from "./envelope.mjs";

// The Free plan's limits: https://developers.cloudflare.com/workers/platform/limits/.
const maxGzip = 3 * 1024 * 1024;
const maxText = 5 * 1024;
const maxVariables = 64;

// readForm parses a multipart body.
export async function readForm(call) {
  try {
    return await new Response(call.body, { headers: { "content-type": call.headers["content-type"] ?? "" } }).formData();
  } catch {
    throw new CloudError(400, 10001, "The request body is not valid multipart/form-data.");
  }
}

// formJSON reads a part of the form as JSON, whether it has a file name or not.
export async function formJSON(form, name) {
  const part = form.get(name);
  try {
    return JSON.parse(typeof part === "string" ? part : await part.text());
  } catch {
    throw new CloudError(400, 10021, `The upload has no part ${name} in JSON.`);
  }
}

// readUpload returns {metadata, parts}: parts are {name, type, content}, with content in bytes as sent.
export async function readUpload(call) {
  const form = await readForm(call);
  const metadata = await formJSON(form, "metadata");
  const parts = [];
  for (const [name, part] of form) {
    if (name === "metadata") continue;
    parts.push(
      typeof part === "string"
        ? { name, type: "application/javascript", content: Buffer.from(part) }
        : { name, type: part.type, content: Buffer.from(await part.arrayBuffer()) },
    );
  }

  checkSize(parts);
  checkMetadata(metadata);
  return { metadata, parts };
}

// checkName applies the rules of https://developers.cloudflare.com/workers/wrangler/configuration/#inheritable-keys.
export function checkName(name) {
  if (/^[a-z0-9_][a-z0-9_-]{0,254}$/.test(name)) return;
  throw new CloudError(400, 10016, "workers.api.error.invalid_script_name");
}

function checkMetadata({ compatibility_date: date, placement }) {
  if (date !== undefined && !isDate(date)) throw new CloudError(400, 10021, `Invalid compatibility date: ${date}`);
  if (date > new Date().toISOString().slice(0, 10)) {
    throw new CloudError(400, 10021, `Can't set compatibility date in the future: ${date}`);
  }
  if (!["", "smart", undefined].includes(placement?.mode)) {
    throw new CloudError(400, 10021, `Unknown placement mode: ${placement.mode}`);
  }
}

const isDate = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.slice(0, 10) === text;

function checkSize(parts) {
  const size = gzipSync(Buffer.concat(parts.map(({ content }) => content))).length;
  if (size <= maxGzip) return;
  throw new CloudError(
    400,
    10027,
    "Your Worker exceeded the size limit of 3 MiB. Refer to the Workers documentation " +
      "(https://developers.cloudflare.com/workers/observability/errors/#errors-on-worker-upload) for more details.",
  );
}

// checkBindings rejects names that are missing, given twice or no names of JavaScript variables, and variables beyond the Free
// plan's limits: https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/update/.
export function checkBindings(bindings) {
  const names = bindings.map(({ name }) => name);
  if (!names.every((name) => typeof name === "string" && name !== "")) throw new CloudError(400, 10021, "A binding has no name.");
  const odd = names.find((name) => !/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name));
  if (odd !== undefined) throw new CloudError(400, 10021, `The binding ${odd} is not named as a JavaScript variable can be.`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new CloudError(400, 10021, `The binding ${twice} is given twice.`);

  const variables = bindings.filter(({ type }) => type === "plain_text" || type === "secret_text" || type === "json");
  const textless = variables.find(({ type, text }) => type !== "json" && typeof text !== "string");
  if (textless) throw new CloudError(400, 10021, `The binding ${textless.name} has no text.`);
  if (variables.length > maxVariables) {
    throw new CloudError(400, 10055, `The number of environment variables or secrets exceeds ${maxVariables}.`);
  }
  const large = variables.find(({ text, json }) => Buffer.byteLength(text ?? JSON.stringify(json) ?? "") > maxText);
  if (large) throw new CloudError(400, 10054, `The text binding ${large.name} exceeds 5 KB.`);
}

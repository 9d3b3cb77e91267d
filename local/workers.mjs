// Translates the account into what Miniflare runs: one worker per script, and the local cloud's own two.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compatibility } from "./miniflare.mjs";
import { CloudError } from "./rest/envelope.mjs";
import { stripeKey } from "./sandbox/stripe.mjs";

const loopback = "127.0.0.1";

// sandboxKey is the DashScope key that means "no key": its calls are answered by the sandbox.
export const sandboxKey = "sandbox";

// workerName is a script's name inside Miniflare, where it can't collide with the local cloud's own workers.
export const workerName = (script) => `script:${script}`;

const moduleTypes = {
  "application/javascript+module": "ESModule",
  "text/javascript+module": "ESModule",
  "application/javascript": "CommonJS",
  "text/javascript": "CommonJS",
  "application/wasm": "CompiledWasm",
  "text/plain": "Text",
  "application/octet-stream": "Data",
};

// scriptWorker describes an uploaded script: metadata as uploaded, parts as {name, type, content}, content in bytes.
export function scriptWorker(name, metadata, parts) {
  return {
    name: workerName(name),
    ...code(metadata, parts),
    ...bindings(metadata.bindings ?? []),
    compatibilityDate: metadata.compatibility_date || "2021-11-02",
    compatibilityFlags: metadata.compatibility_flags ?? [],
    unsafeDirectSockets: [{ host: loopback, port: 0 }],
  };
}

function code(metadata, parts) {
  const main = metadata.main_module ?? metadata.body_part;
  const first = parts.find((part) => part.name === main);
  if (!first) throw new CloudError(400, 10021, `The upload has no part named ${JSON.stringify(main)}.`);
  if (metadata.body_part) return { modules: false, script: first.content.toString("utf8") };

  const modules = [first, ...parts.filter((part) => part !== first)].flatMap(({ name, type, content }) => {
    if (type === "application/source-map") return [];
    if (!moduleTypes[type]) throw new CloudError(400, 10021, `Module ${name} has the unknown content type ${type}.`);
    return [{ type: moduleTypes[type], path: name, contents: new Uint8Array(content) }];
  });
  return { modules };
}

function bindings(list) {
  const options = { bindings: {}, d1Databases: {}, r2Buckets: {}, serviceBindings: {} };
  for (const binding of list) {
    switch (binding.type) {
      case "plain_text":
      case "secret_text":
        options.bindings[binding.name] = binding.text;
        break;
      case "json":
        options.bindings[binding.name] = binding.json;
        break;
      case "d1":
        options.d1Databases[binding.name] = binding.id;
        break;
      case "r2_bucket":
        options.r2Buckets[binding.name] = binding.bucket_name;
        break;
      case "service":
        options.serviceBindings[binding.name] = workerName(binding.service);
        break;
      default:
        throw new CloudError(
          400,
          10021,
          `Binding ${binding.name} is of type ${binding.type}, which the local Cloudflare does not offer.`,
        );
    }
  }

  return options;
}

// accountWorkers describes everything that the account runs. contents(part) returns a stored part's bytes. sandbox is
// {answer, origin()}: a function from a Request to a Response, and where the pictures are served; checkouts has such an answer.
export function accountWorkers(state, contents, sandbox, checkouts) {
  const scripts = Object.entries(state.scripts).map(([name, script]) => ({
    ...scriptWorker(
      name,
      script.metadata,
      script.parts.map((part) => ({ ...part, content: contents(part) })),
    ),
    outboundService: "outbound",
  }));
  for (const { bindings } of scripts) allowPictures(bindings, sandbox);

  // A script that others bind may have been deleted since. They then lack the binding.
  const names = new Set(scripts.map(({ name }) => name));
  for (const { serviceBindings } of scripts) {
    for (const [name, service] of Object.entries(serviceBindings)) if (!names.has(service)) delete serviceBindings[name];
  }
  return [cloudWorker(state), outboundWorker(sandbox.answer, checkouts.answer), ...scripts];
}

// allowPictures lets a Worker with the sandbox key fetch the sandbox's pictures.
function allowPictures(bindings, sandbox) {
  if (bindings.QWEN_API_KEY !== sandboxKey) return;
  bindings.QWEN_IMAGE_HOSTS = [bindings.QWEN_IMAGE_HOSTS, sandbox.origin()].filter(Boolean).join(",");
}

function cloudWorker(state) {
  return {
    name: "cloud",
    ...ownModule("cloud.mjs"),
    d1Databases: Object.fromEntries(state.databases.map(({ uuid }) => [`d1:${uuid}`, uuid])),
    r2Buckets: Object.fromEntries(state.buckets.map(({ name }) => [`r2:${name}`, name])),
  };
}

function outboundWorker(sandbox, stripe) {
  return {
    name: "outbound",
    ...ownModule("outbound.mjs"),
    bindings: { SANDBOX_KEY: sandboxKey, STRIPE_KEY: stripeKey },
    serviceBindings: { SANDBOX: sandbox, STRIPE: stripe },
  };
}

function ownModule(file) {
  const contents = readFileSync(join(import.meta.dirname, "worker", file), "utf8");
  return { modules: [{ type: "ESModule", path: file, contents }], compatibilityDate: compatibility.compatibilityDate };
}

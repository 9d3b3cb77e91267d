// Worker scripts: upload, content, bindings, removal.
import { randomBytes } from "node:crypto";
import { deploy, stored } from "../deploy.mjs";
import { inherit, reveal } from "./bindings.mjs";
import { CloudError, Reply } from "./envelope.mjs";
import { checkName, readUpload } from "./upload.mjs";

const scriptsPath = "/accounts/:account/workers/scripts";

// requireScript returns the script that the path names, or fails with 404.
export function requireScript(state, { script: name }) {
  const script = Object.hasOwn(state.scripts, name) && state.scripts[name];
  if (!script) throw new CloudError(404, 10007, "This Worker does not exist on your account.");
  return script;
}

export function scriptRoutes(account) {
  const { state, runtime, store } = account;
  const find = ({ params }) => requireScript(state, params);

  const contentOf = (call) => content(find(call), stored(store, find(call)));

  return [
    ["GET", scriptsPath, () => Object.entries(state.scripts).map(([name, script]) => describe(name, script))],
    ["GET", `${scriptsPath}/:script`, contentOf],
    ["GET", `${scriptsPath}/:script/content/v2`, contentOf],
    [
      "PUT",
      `${scriptsPath}/:script`,
      async (call) => {
        const { script: name } = call.params;
        checkName(name);
        const { metadata, parts } = await readUpload(call);
        metadata.bindings = inherit(metadata, state.scripts[name]);
        const startup = await deploy(account, name, metadata, parts);
        return { ...describe(name, state.scripts[name]), startup_time_ms: startup };
      },
    ],
    [
      "PUT",
      `${scriptsPath}/:script/content`,
      async (call) => {
        const { script: name } = call.params;
        const { metadata } = find(call);
        const { metadata: sent, parts } = await readUpload(call);
        await deploy(account, name, { ...metadata, main_module: sent.main_module, body_part: sent.body_part }, parts);
        return describe(name, state.scripts[name]);
      },
    ],
    [
      "DELETE",
      `${scriptsPath}/:script`,
      (call) => {
        find(call);
        delete state.scripts[call.params.script];
        state.domains = state.domains.filter(({ service }) => service !== call.params.script);
        state.save();
        runtime.invalidate();
        return { id: call.params.script };
      },
    ],
    ["GET", `${scriptsPath}/:script/bindings`, (call) => find(call).metadata.bindings.map(reveal)],
  ];
}

function describe(name, script) {
  const { compatibility_date: date, compatibility_flags: flags, logpush, placement, tags } = script.metadata;
  return {
    id: name,
    etag: script.etag,
    created_on: script.created_on,
    modified_on: script.modified_on,
    compatibility_date: date,
    compatibility_flags: flags,
    logpush: logpush ?? false,
    placement,
    tags,
    usage_model: "standard",
    has_assets: false,
    has_modules: !script.metadata.body_part,
  };
}

// content returns the parts as they were uploaded, the main module first.
function content(script, parts) {
  const main = script.metadata.main_module ?? script.metadata.body_part;
  const boundary = randomBytes(16).toString("hex");

  const ordered = [...parts].sort((a, b) => (b.name === main) - (a.name === main));
  const body = ordered.flatMap((part) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${part.name}"; filename="${part.name}"\r\n` +
        `content-type: ${part.type}\r\n\r\n`,
    ),
    part.content,
    Buffer.from("\r\n"),
  ]);

  return new Reply({
    headers: { "content-type": `multipart/form-data; boundary=${boundary}`, etag: script.etag, "cf-entrypoint": main },
    body: Buffer.concat([...body, Buffer.from(`--${boundary}--\r\n`)]),
  });
}

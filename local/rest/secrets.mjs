// Secrets that are set one at a time, without an upload. Each change deploys a new version of the script.
import { deploy, stored } from "../deploy.mjs";
import { isSecret, reveal } from "./bindings.mjs";
import { CloudError } from "./envelope.mjs";
import { json } from "./router.mjs";
import { requireScript } from "./scripts.mjs";

const secretsPath = "/accounts/:account/workers/scripts/:script/secrets";

export function secretRoutes(account) {
  const { state, store } = account;
  const bound = ({ params }) => requireScript(state, params).metadata.bindings;

  const rebind = ({ params }, bindings) => {
    const script = requireScript(state, params);
    return deploy(account, params.script, { ...script.metadata, bindings }, stored(store, script));
  };

  return [
    ["GET", secretsPath, (call) => bound(call).filter(isSecret).map(reveal)],
    [
      "PUT",
      secretsPath,
      async (call) => {
        const { name, text } = json(call);
        if (typeof text !== "string") throw new CloudError(400, 10021, "A secret has a text.");
        const secret = { type: "secret_text", name, text };
        await rebind(call, [...bound(call).filter((binding) => binding.name !== name), secret]);
        return reveal(secret);
      },
    ],
    [
      "DELETE",
      `${secretsPath}/:secret`,
      async (call) => {
        const kept = bound(call).filter((binding) => binding.name !== call.params.secret);
        if (kept.length === bound(call).length) throw new CloudError(404, 10056, "Binding not found.");
        await rebind(call, kept);
        return {};
      },
    ],
  ];
}

// Deploys a new version of a script. It must start first; if it does not, the old version keeps serving.
import { createHash } from "node:crypto";
import { requireBound } from "./rest/bindings.mjs";
import { checkBindings } from "./rest/upload.mjs";
import { requireStart } from "./startup.mjs";
import { scriptWorker } from "./workers.mjs";

// stored returns a script's parts as {name, type, content}.
export const stored = (store, script) => script.parts.map((part) => ({ ...part, content: store.get(part) }));

// deploy creates or replaces a script, and returns its startup time in ms once the new version serves. metadata is the
// upload's, with complete bindings; parts are {name, type, content}.
export async function deploy({ state, runtime, store }, name, metadata, parts) {
  checkBindings(metadata.bindings);
  requireBound(state, name, metadata.bindings);
  const startup = await requireStart(scriptWorker(name, metadata, parts));

  const kept = parts.map((part) => ({ name: part.name, type: part.type, digest: store.put(part.content) }));
  const now = new Date().toISOString();
  state.scripts[name] = {
    schedules: [],
    subdomain: { enabled: false, previews_enabled: false },
    created_on: now,
    ...state.scripts[name],
    metadata,
    parts: kept,
    // An upload resets these, even if they were changed separately since the last upload.
    settings: { observability: metadata.observability ?? null, tail_consumers: metadata.tail_consumers ?? null },
    modified_on: now,
    etag: createHash("sha256").update(JSON.stringify(kept)).digest("hex"),
  };

  state.save();
  runtime.invalidate();
  await runtime.refresh();
  return startup;
}

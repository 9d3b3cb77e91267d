// A new version of a script takes over: proven to start first, so that the old one serves on if it does not.
import { createHash } from "node:crypto";
import { requireBound } from "./rest/bindings.mjs";
import { checkBindings } from "./rest/upload.mjs";
import { requireStart } from "./startup.mjs";
import { scriptWorker } from "./workers.mjs";

// stored gives a script's parts as {name, type, content}.
export const stored = (store, script) => script.parts.map((part) => ({ ...part, content: store.get(part) }));

// deploy replaces a script, or makes it, and returns when the new one serves: how long it took to start, in ms. metadata is
// the upload's, its bindings complete; parts are {name, type, content}.
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
    // An upload sets these anew, whatever was set beside the upload before.
    settings: { observability: metadata.observability ?? null, tail_consumers: metadata.tail_consumers ?? null },
    modified_on: now,
    etag: createHash("sha256").update(JSON.stringify(kept)).digest("hex"),
  };
  state.save();
  runtime.invalidate();
  await runtime.refresh();
  return startup;
}

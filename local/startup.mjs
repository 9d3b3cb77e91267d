// Starts an uploaded script in a workerd of its own, with empty storage, before it replaces the one that serves.
import { createObedientMiniflare } from "./miniflare.mjs";
import { CloudError } from "./rest/envelope.mjs";

const patience = 15_000; // ms; Cloudflare itself allows one second of CPU

// requireStart returns how long the worker took to start, in ms. If it does not compile or start, requireStart fails with
// Cloudflare's 10021 and the runtime's message. Services that the worker binds are replaced by empty ones.
export async function requireStart(worker) {
  let complaint = "";
  const standIns = Object.values(worker.serviceBindings).filter((name) => name !== worker.name);

  const started = performance.now();
  let trial;
  try {
    trial = createObedientMiniflare({
      handleRuntimeStdio: (stdout, stderr) => {
        stdout.resume();
        stderr.on("data", (text) => {
          complaint += text;
        });
      },
      workers: [worker, ...standIns.map((name) => ({ name, modules: true, script: "export default {}" }))],
    });
    await patiently(trial.ready);
    return Math.round(performance.now() - started);
  } catch (error) {
    throw new CloudError(400, 10021, explain(complaint, worker.name) || error.message);
  } finally {
    // If workerd failed to start, dispose rejects with the same error.
    await trial?.dispose().catch(() => {});
  }
}

function patiently(ready) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("Script startup exceeded CPU time limit.")), patience);
  });
  return Promise.race([ready, late]).finally(() => clearTimeout(timer));
}

// explain turns workerd's report, such as "service core:user:NAME: Uncaught Error: boom", into Cloudflare's.
function explain(complaint, name) {
  return complaint.replaceAll(`service core:user:${name}: `, "").trim();
}

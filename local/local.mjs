// The calls on the API port that Cloudflare does not have: running a schedule now, having the sandbox fail, and the tests'
// controls.
import { CloudError } from "./rest/envelope.mjs";
import { requireScript } from "./rest/scripts.mjs";
import { BadOrder } from "./sandbox/failures.mjs";
import { workerName } from "./workers.mjs";

// createLocalCalls returns {answer}, which answers a call as the Router does: with a result, or by throwing a CloudError.
export function createLocalCalls({ state, runtime, faults, sandbox }) {
  // POST /__scheduled?script=NAME&cron=EXPRESSION runs the script's scheduled handler. Without cron it runs once per schedule;
  // script may be left out if there is only one.
  const scheduled = async ({ query }) => {
    const name = query.get("script") ?? onlyScript(state);
    const script = requireScript(state, { script: name });
    const crons = query.has("cron") ? [query.get("cron")] : script.schedules.map(({ cron }) => cron);

    const runs = [];
    for (const cron of crons) {
      const { outcome } = await runtime.use(async (miniflare) => {
        const worker = await miniflare.getWorker(workerName(name));
        return worker.scheduled({ cron, scheduledTime: new Date() });
      });
      runs.push({ cron, outcome });
    }
    return { script: name, runs };
  };

  const controlSandbox = (call) => {
    try {
      return sandbox.control(call);
    } catch (error) {
      throw error instanceof BadOrder ? new CloudError(400, 10001, error.message) : error;
    }
  };

  const answer = (call) => {
    if (call.headers.authorization !== `Bearer ${state.token}`) throw new CloudError(403, 10000, "Authentication error");
    if (call.path === "/__scheduled" && call.method === "POST") return scheduled(call);
    const controlled = controlSandbox(call) ?? faults?.control(call);
    if (controlled === undefined) throw new CloudError(404, 7003, `Nothing is at ${call.method} ${call.path}.`);
    return controlled;
  };

  return { answer };
}

function onlyScript(state) {
  const names = Object.keys(state.scripts);
  if (names.length === 1) return names[0];
  throw new CloudError(
    400,
    10001,
    `Say which script: ?script=NAME. There ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}.`,
  );
}

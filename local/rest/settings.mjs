// What a script has besides its upload: schedules, its workers.dev address, and settings.
import { validCron } from "./cron.mjs";
import { CloudError } from "./envelope.mjs";
import { json } from "./router.mjs";
import { requireScript } from "./scripts.mjs";
import { formJSON, readForm } from "./upload.mjs";

const scriptPath = "/accounts/:account/workers/scripts/:script";
const maxSchedules = 5; // of an account on the Free plan

export function settingsRoutes({ state }) {
  const find = ({ params }) => requireScript(state, params);

  const setSubdomain = (call) => {
    const script = find(call);
    const { enabled, previews_enabled: previews = enabled } = json(call);
    if (typeof enabled !== "boolean") throw new CloudError(400, 10001, "enabled must be true or false.");
    script.subdomain = { enabled, previews_enabled: previews };
    state.save();
    return script.subdomain;
  };

  const setSchedules = (call) => {
    const script = find(call);
    const list = json(call);
    if (!Array.isArray(list)) throw new CloudError(400, 10001, "The body must be a list of schedules.");
    const crons = list.map((schedule) => schedule?.cron);
    const invalid = crons.find((cron) => !validCron(cron));
    if (invalid !== undefined || crons.includes(undefined)) throw new CloudError(400, 10100, `invalid cron string: ${invalid}`);
    if (new Set(crons).size < crons.length) throw new CloudError(400, 10100, "a cron expression is given twice.");
    const others = Object.values(state.scripts)
      .filter((other) => other !== script)
      .flatMap(({ schedules }) => schedules);
    if (others.length + crons.length > maxSchedules) {
      throw new CloudError(400, 10072, `At most ${maxSchedules} schedules are allowed in an account.`);
    }
    const at = new Date().toISOString();
    script.schedules = crons.map((cron) => ({ cron, created_on: at, modified_on: at }));
    state.save();

    return { schedules: script.schedules };
  };

  const change = (script, patch) => {
    const { observability, tail_consumers: consumers, ...rest } = patch;
    checkObservability(observability);
    if (observability !== undefined) script.settings.observability = observability;
    if (consumers !== undefined) script.settings.tail_consumers = consumers;
    for (const key of ["logpush", "tags", "placement"]) if (key in rest) script.metadata[key] = rest[key];
    state.save();
    return settings(script);
  };

  return [
    ["GET", `${scriptPath}/schedules`, (call) => ({ schedules: find(call).schedules })],
    ["PUT", `${scriptPath}/schedules`, setSchedules],
    ["GET", `${scriptPath}/subdomain`, (call) => find(call).subdomain],
    ["POST", `${scriptPath}/subdomain`, setSubdomain],
    ["PUT", `${scriptPath}/subdomain`, setSubdomain],
    ["GET", "/accounts/:account/workers/subdomain", () => ({ subdomain: "local" })],
    ["GET", `${scriptPath}/script-settings`, (call) => settings(find(call))],
    ["PATCH", `${scriptPath}/script-settings`, (call) => change(find(call), json(call))],
    ["GET", `${scriptPath}/settings`, (call) => ({ ...settings(find(call)), ...versioned(find(call)) })],
    [
      "PATCH",
      `${scriptPath}/settings`,
      async (call) => {
        const script = find(call);
        return change(script, await formJSON(await readForm(call), "settings"));
      },
    ],
  ];
}

// https://developers.cloudflare.com/workers/observability/logs/workers-logs/
function checkObservability(observability) {
  if (observability === undefined || observability === null) return;
  const { enabled, head_sampling_rate: rate = 1 } = observability;
  if (typeof enabled === "boolean" && typeof rate === "number" && rate >= 0 && rate <= 1) return;
  throw new CloudError(400, 10001, "observability is {enabled: true or false, head_sampling_rate: 0 to 1}.");
}

function settings({ metadata, settings: { observability, tail_consumers: consumers } }) {
  return { logpush: metadata.logpush ?? false, tags: metadata.tags ?? [], observability, tail_consumers: consumers };
}

function versioned({ metadata }) {
  const { compatibility_date, compatibility_flags, placement } = metadata;
  return { compatibility_date, compatibility_flags, placement };
}

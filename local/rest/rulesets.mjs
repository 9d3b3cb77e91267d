// Rulesets of a zone, as the rate limiting rule uses them. They are stored and returned, but nothing is limited here.
// https://developers.cloudflare.com/ruleset-engine/
import { CloudError, Reply } from "./envelope.mjs";
import { json } from "./router.mjs";
import { freshId } from "./zones.mjs";

const rulesetsPath = "/zones/:zone/rulesets";
const entrypointPath = `${rulesetsPath}/phases/:phase/entrypoint`;

export function rulesetRoutes({ state }) {
  const ofZone = ({ params }) => state.rulesets.filter(({ zone }) => zone === params.zone);

  const find = (call) => {
    const ruleset = ofZone(call).find(({ id }) => id === call.params.ruleset);
    if (!ruleset) throw new CloudError(404, 10003, `could not find ruleset ${call.params.ruleset}`);
    return ruleset;
  };
  const entrypoint = (call) => ofZone(call).find(({ kind, phase }) => kind === "zone" && phase === call.params.phase);

  const create = (zone, { name, description = "", kind = "zone", phase, rules = [] }) => {
    if (
      state.rulesets.some((other) => other.zone === zone && other.kind === "zone" && kind === "zone" && other.phase === phase)
    ) {
      throw new CloudError(400, 20217, `exceeded maximum number of zone rulesets for phase ${phase}`);
    }

    checkRules(phase, rules);
    const ruleset = { id: freshId(), zone, name, kind, phase, version: "0" };
    state.rulesets.push(ruleset);
    return update(ruleset, { description, rules });
  };

  const update = (ruleset, { description, rules = [], name }) => {
    checkRules(ruleset.phase, rules);

    const last_updated = new Date().toISOString();
    const version = String(Number(ruleset.version) + 1);
    Object.assign(ruleset, {
      name: name ?? ruleset.name,
      description: description ?? ruleset.description,
      version,
      last_updated,
      rules: rules.map((rule) => ({ id: freshId(), ref: freshId(), version: "1", last_updated, ...rule })),
    });

    state.save();
    return show(ruleset);
  };

  return [
    ["GET", rulesetsPath, (call) => ofZone(call).map(show)],
    ["POST", rulesetsPath, (call) => create(call.params.zone, json(call))],
    [
      "GET",
      entrypointPath,
      (call) => {
        const ruleset = entrypoint(call);
        if (!ruleset) {
          throw new CloudError(404, 10003, `could not find entrypoint ruleset in the ${call.params.phase} phase`);
        }
        return show(ruleset);
      },
    ],
    [
      "PUT",
      entrypointPath,
      (call) => {
        const ruleset = entrypoint(call);
        if (ruleset) return update(ruleset, json(call));
        return create(call.params.zone, { name: "default", ...json(call), phase: call.params.phase });
      },
    ],
    ["GET", `${rulesetsPath}/:ruleset`, (call) => show(find(call))],
    ["PUT", `${rulesetsPath}/:ruleset`, (call) => update(find(call), json(call))],
    [
      "DELETE",
      `${rulesetsPath}/:ruleset`,
      (call) => {
        const gone = find(call);
        state.rulesets = state.rulesets.filter((ruleset) => ruleset !== gone);
        state.save();
        return new Reply({ status: 204 });
      },
    ],
  ];
}

// The periods and timeouts that some plan has, in seconds; the Free plan has only 10:
// https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/.
const periods = [10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535, 86400];

// checkRules rejects rate limits that no plan has. Cloudflare's error code for them is not documented.
function checkRules(phase, rules) {
  if (phase === "http_ratelimit") rules.forEach(checkRateLimit);
}

function checkRateLimit({ ratelimit }) {
  const { characteristics = [], period, requests_per_period: requests, mitigation_timeout: timeout } = ratelimit ?? {};
  const refuse = (what) => {
    throw new CloudError(400, 20120, `not entitled, or invalid: ${what}`);
  };
  if (!periods.includes(period)) refuse(`the period ${period}`);
  if (timeout !== 0 && !periods.includes(timeout)) refuse(`the mitigation timeout ${timeout}`);
  if (!Number.isInteger(requests) || requests < 1) refuse(`${requests} requests per period`);
  if (!characteristics.includes("cf.colo.id")) refuse("characteristics without cf.colo.id");
}

const show = ({ zone: _, ...ruleset }) => ruleset;

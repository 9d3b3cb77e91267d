// Runs one scenario against a target of its own, and returns the transcript: a record per step.
import { migrate } from "../local/localtest/migrations.mjs";
import { decode, normalizer } from "./normalize.mjs";
import { mintIdToken, provide } from "./providers.mjs";
import { parseBody, recordCounts, recordResponse } from "./record.mjs";
import { chooseCookies, Jars, keepCookies, makeRequest, readCookies, send, setCookies } from "./request.mjs";
import { publicURL, bindings as usualBindings } from "./secrets.mjs";

// runScenario starts a target with start(options), and runs the steps in order. A step that fails ends the scenario.
export async function runScenario(start, name, scenario) {
  const run = new Run(scenario);
  const target = await start({
    bindings: run.bindings,
    noBucket: scenario.noBucket,
    answer: (request) => run.answer(request),
  });

  try {
    await migrate((statement) => target.sql(statement));
    for (const step of scenario.steps) await run.step(target, step);
  } catch (error) {
    console.error(`scenario ${name} stopped: ${error.stack}`);
  } finally {
    await target.stop();
  }

  console.error(`ran ${name}: ${run.transcript.length} steps`);
  return run.transcript;
}

// Run is a running scenario: its captured values, its jars, and the outbound calls of the current step.
class Run {
  transcript = [];
  bindings;
  #scenario;
  #identities;
  #captures = {};
  #jars = new Jars();
  #outbound = [];

  constructor(scenario) {
    const given = Object.entries({ ...usualBindings, ...scenario.bindings });
    this.bindings = Object.fromEntries(given.filter(([, value]) => value !== null));
    this.#scenario = scenario;
    this.#identities = scenario.identities ?? {};
  }

  // answer answers an outbound call. A call whose answer is late belongs to the step that made it.
  async answer(request) {
    const calls = this.#outbound;
    const { call, answer } = await provide(request, this.#identities);
    calls.push(call);
    return answer;
  }

  // step runs one step: SQL, a request, more SQL. A step without a path only reads the database.
  async step(target, step) {
    for (const sql of step.db?.before ?? []) await target.sql(this.#fill(sql));
    const record = { name: step.name, ...defectOf(step) };
    this.transcript.push(record);

    if (step.path) Object.assign(record, await this.#request(target, step));
    const normalize = normalizer(this.#captures, step.passwords ?? []);
    if (!step.path || step.db?.after) record.db = await this.#readRows(target, step, normalize);
    if (step.path && step.r2) record.r2 = (await target.objects()).map(normalize).sort(byJSON);
  }

  async #request(target, step) {
    const choice = readCookies(step.cookies);
    const jar = this.#jars.of(choice.jar);
    const cookies = chooseCookies(jar, choice, this.#fill);
    const request = makeRequest(this.#scenario, step, cookies, this.#fill);

    this.#outbound = [];
    const responses = await this.#send(target, step, request);
    const response = responses.at(-1);
    const body = parseBody(response);
    if (!step.stateless) keepCookies(jar, setCookies(response));
    this.#capture(step.capture ?? {}, { body, headers: response.headers, cookie: plainCookies(jar) });

    const normalize = normalizer(this.#captures, step.passwords ?? []);
    if (responses.length > 1) return step.ignoreCounts ? {} : { counts: recordCounts(responses) };
    const record = recordResponse(response, body, normalize, step);
    return this.#outbound.length > 0 ? { ...record, outbound: normalize(this.#outbound) } : record;
  }

  // #send sends the request once, several times at once (parallel), or several times in turn (repeat).
  async #send({ base }, { host = new URL(this.bindings.BETTER_AUTH_URL).host, parallel, repeat = 1 }, request) {
    if (parallel) return Promise.all(Array.from({ length: parallel }, () => send(base, host, request)));
    const responses = [];
    for (let i = 0; i < repeat; i++) responses.push(await send(base, host, request));
    return responses;
  }

  // #capture keeps values for later steps: {name: "body.url?state"} is the parameter state of the URL in the body.
  #capture(wanted, found) {
    for (const [name, from] of Object.entries(wanted)) {
      const [dotted, parameter] = from.split("?");
      const value = dotted.split(".").reduce((at, key) => at?.[key], found);
      this.#captures[name] = parameter ? parameterOf(value, parameter) : value;
    }
  }

  // #fill replaces the placeholders {{name}}, {{repeat|text|count}} and {{idtoken|identity}}, at any depth.
  #fill = (value) => {
    if (typeof value === "string") return value.replace(/\{\{(.+?)\}\}/g, (_, key) => this.#placeholder(key));
    if (Array.isArray(value)) return value.map(this.#fill);
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#fill(item)]));
  };

  #placeholder(key) {
    const [name, first, second] = key.split("|");
    if (name === "repeat") return first.repeat(Number(second));
    if (name === "idtoken") return mintIdToken(this.#identities[first]);
    return this.#captures[key] ?? `{{${key}?}}`;
  }

  async #readRows(target, step, normalize) {
    const rows = {};
    for (const [label, sql] of Object.entries(step.db?.after ?? {})) rows[label] = normalize(await target.sql(this.#fill(sql)));
    return rows;
  }
}

// defectOf returns what the transcript notes of a step that shows a known defect of the reference.
const defectOf = ({ defect, tolerate }) => (defect ? { defect, ...(tolerate && { tolerate }) } : {});

const byJSON = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const plainCookies = (jar) =>
  Object.fromEntries([...jar].map(([name, value]) => [name.replace(/^(__Secure-)?better-auth\./, ""), decode(value)]));

const parameterOf = (url, name) => (URL.canParse(url, publicURL) ? new URL(url, publicURL).searchParams.get(name) : undefined);

#!/usr/bin/env node
// The benchmark: `node run.mjs` measures everything and writes RESULTS.md, results.json and results.svg;
// `node run.mjs --quick` checks in a minute that every contender answers correctly, and that ours makes no more trips to
// D1 and R2 than it may; `--contenders ours,floor` measures only those. Neither writes anything.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { chart } from "./runner/chart.mjs";
import { start } from "./runner/cloud.mjs";
import { coldStarts, stages } from "./runner/coldstart.mjs";
import { imported, load, names, root } from "./runner/contenders.mjs";
import { crossings } from "./runner/crossings.mjs";
import { crowd } from "./runner/crowd.mjs";
import { gauged } from "./runner/gauge.mjs";
import { connect } from "./runner/load.mjs";
import { machine } from "./runner/machine.mjs";
import { checkTrips, operations } from "./runner/operations.mjs";
import { report } from "./runner/report.mjs";
import { prepare, rounds, told } from "./runner/rounds.mjs";
import { sizes } from "./runner/sizes.mjs";
import { soak } from "./runner/soak.mjs";
import { rotated } from "./runner/statistics.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    contenders: { type: "string", default: names.join(",") },
  },
});

const full = {
  sets: 2,
  rounds: 3,
  seconds: 2,
  warmup: 2,
  connections: 16,
  coldRounds: 11,
  crowd: 100,
  crowdRounds: 5,
  soakFirst: 5000,
  soak: 50_000,
  soakConnections: 32,
};
const quick = {
  sets: 1,
  rounds: 1,
  seconds: 0.1,
  warmup: 0.1,
  connections: 4,
  coldRounds: 1,
  crowd: 10,
  crowdRounds: 1,
  soakFirst: 50,
  soak: 200,
  soakConnections: 32,
};
const all = options.contenders === names.join(",");
const plan = options.quick ? quick : full;
const here = (file) => path.join(root, "bench", file);
const tell = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

async function main() {
  const contenders = [];
  for (const name of options.contenders.split(",")) {
    tell(`building ${name}`);
    contenders.push(await load(name));
  }
  const serving = contenders.filter(({ name }) => name !== "empty");
  const results = { date: new Date().toISOString().slice(0, 10), machine: machine(), plan, contenders: {}, operations: {} };
  for (const contender of contenders) results.contenders[contender.name] = { text: contender.text, sizes: sizes(contender) };
  for (const contender of serving) {
    tell(`counting the operations of ${contender.name}`);
    results.operations[contender.name] = await operations(contender);
  }
  if (results.operations.ours) checkTrips(results.operations.ours);

  const ours = serving.find(({ name }) => name === "ours");
  if (ours) {
    tell("counting the calls between JavaScript and the program");
    results.crossings = await crossings(ours);
    tell(`${plan.soak} mixed requests`);
    await withRunning([{ ...ours, modules: await gauged(ours.modules, "vitals.mjs") }], async ([watched]) => {
      results.soak = await soak(watched, { first: plan.soakFirst, requests: plan.soak, connections: plan.soakConnections });
    });
  }

  results.endpoints = {};
  for (let set = 0; set < plan.sets; set++) {
    tell(`${plan.rounds} rounds with set ${set + 1} of ${plan.sets} of processes`);
    await withRunning(rotated(serving, set), (running) => rounds(results.endpoints, running, plan));
    told(results.endpoints).forEach(tell);
  }

  tell(`${plan.crowd} generations at once`);
  await withRunning(serving, async (running) => {
    results.crowd = await crowd(running, plan.crowdRounds, plan.crowd);
  });
  tell("cold starts");
  const more = ours ? [await imported(), ...stages(ours.modules[0].contents.toString())] : [];
  results.coldStart = await coldStarts([...contenders, ...more], plan.coldRounds);
  return results;
}

// withRunning starts the contenders, each with the same data, and always stops them.
async function withRunning(contenders, work) {
  const running = [];
  try {
    for (const contender of contenders) {
      const cloud = await start(contender);
      const pool = connect(cloud.base, plan.connections);
      running.push({ name: contender.name, cloud, pool });
      running.at(-1).lengths = await prepare(cloud, pool);
    }
    await work(running);
  } finally {
    for (const { cloud, pool } of running) {
      await pool.destroy();
      await cloud.stop();
    }
  }
}

const results = await main();
const failures = Object.entries(results.crowd).filter(([name, seen]) => seen.failed && name !== "instance");
if (failures.length) throw new Error(`generations at once: ${JSON.stringify(failures)}`);
if (options.quick || !all) {
  console.log(`every answer of ${options.contenders} was right`);
} else {
  await writeFile(here("results.json"), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(here("RESULTS.md"), report(results));
  await writeFile(here("results.svg"), chart(results));
  console.log("wrote bench/RESULTS.md, bench/results.json and bench/results.svg");
}

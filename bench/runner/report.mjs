// Writes RESULTS.md from the raw figures.
import { endpoints } from "./endpoints.mjs";
import { generations } from "./fixture.mjs";
import { median, summary } from "./statistics.mjs";

const floorTarget = 1.5;

// report returns the page; results are those of run.mjs.
export function report(results) {
  return `# How fast it is

Measured on ${results.date} by \`make bench\`; the raw figures are in [results.json](results.json). Every contender runs in its own workerd process,
with Miniflare's D1 and R2 in that process and the same ${generations} generations for the user; the provider and the load run in another process. Each round takes the
contenders in turn (${results.plan.rounds} rounds of ${results.plan.seconds} s with each of ${results.plan.sets} sets of processes, after a warm-up of ${results.plan.warmup} s at every endpoint; ${results.plan.connections} connections, 2 for sign-in). CPU is that of the whole workerd process, per request. A run with one wrong answer fails.

${table(
  ["contender", "what it is"],
  Object.entries(results.contenders).map(([name, { text }]) => [name, text]),
)}
${table(Object.keys(results.machine), [Object.values(results.machine)])}
![CPU per request](results.svg)

## CPU per request against the TypeScript stack and the floor

Ratios compare the same round: median (least … most). \`kept\` is the stack with better-auth created once per isolate. Where floor : stack is
above the target, no Worker can reach the target here.

${summaryTable(results)}
## The other targets

${table(
  ["what", "found", "target", ""],
  otherTargets(results).map(([what, found, sign, target, unit]) => [
    what,
    `${rounded(found)}${unit}`,
    `${sign} ${rounded(target)}${unit}`,
    verdict(sign === "≥" ? -found : found, sign === "≥" ? -target : target),
  ]),
)}
## Trips to D1 and operations on R2, per request

${operationsTable(results)}
## Between JavaScript and the program, per request of ours

Calls, and bytes copied as messages: the request, answers of operations and their operations. A picture's bytes are counted only where
they enter Go.

${crossingsTable(results)}
## Requests per second, latency, memory

${throughputTable(results)}
${crowdSection(results)}
${coldStartSection(results)}
${soakSection(results)}
## Upload size, bytes

${table(
  ["contender", "raw", "gzip -9", "Brotli 11"],
  Object.entries(results.contenders).map(([name, { sizes }]) => [
    name,
    grouped(sizes.raw),
    grouped(sizes.gzip),
    grouped(sizes.brotli),
  ]),
)}`;
}

// ratios compares what pick reads, round by round.
export function ratios(rounds, against, pick = ({ cpu }) => cpu) {
  return summary(rounds.map((round, i) => pick(round) / pick(against[i])));
}

function summaryTable({ endpoints: measured }) {
  const rows = endpoints
    .filter(({ name }) => measured[name])
    .map(({ name, target }) => {
      const { ours, stack, kept, floor } = measured[name];
      const micros = (rounds) => grouped(Math.round(median(rounds.map(({ cpu }) => cpu))));
      const stackRatio = ratios(ours, stack);
      const floorRatio = ratios(ours, floor);

      return [
        name,
        micros(stack),
        micros(kept),
        micros(floor),
        micros(ours),
        range(stackRatio),
        `≤ ${target} ${verdict(stackRatio.median, target)}`,
        ratios(floor, stack).median.toFixed(2),
        range(ratios(ours, kept)),
        range(floorRatio),
        `≤ ${floorTarget} ${verdict(floorRatio.median, floorTarget)}`,
      ];
    });
  return table(
    [
      "endpoint",
      "stack, µs",
      "kept, µs",
      "floor, µs",
      "ours, µs",
      "ours : stack",
      "target",
      "floor : stack",
      "ours : kept",
      "ours : floor",
      "target",
    ],
    rows,
  );
}

// otherTargets returns rows of [what, found, sign, target, unit].
function otherTargets({ endpoints: measured, crowd, coldStart, contenders, soak }) {
  const { instance, ours } = measured.health;
  const rate = (r) => r.requests / r.seconds;
  const middle = (rounds, pick) => median(rounds.map(pick));
  const start = (name) => middle(coldStart[name], (r) => r.cpu) - middle(coldStart.empty, (r) => r.cpu);

  return [
    ["health: requests per second against an instance per request", ratios(ours, instance, rate).median, "≥", 10, " ×"],
    [
      "generations at once: p99, against the stack's",
      middle(crowd.ours, (r) => r.p99),
      "≤",
      middle(crowd.stack, (r) => r.p99),
      " ms",
    ],
    ["generations at once: growth of workerd's memory", middle(crowd.ours, (r) => r.growthMB), "≤", 64, " MB"],
    ["cold start: CPU above an empty Worker's, against the stack's", start("ours"), "≤", start("stack"), " ms"],
    [
      `mixed requests: growth of Wasm memory after the first ${grouped(soak.first.after)}`,
      soak.last.wasmMB - soak.first.wasmMB,
      "≤",
      0,
      " MB",
    ],
    [
      `mixed requests: goroutines more than after the first ${grouped(soak.first.after)}`,
      soak.last.goroutines - soak.first.goroutines,
      "≤",
      0,
      "",
    ],
    ["bundle, gzip -9", contenders.ours.sizes.gzip / 1e6, "≤", 2.2, " MB"],
  ];
}

function operationsTable({ operations }) {
  const contenders = Object.keys(operations);
  return table(
    ["endpoint, D1 + R2", ...contenders],
    endpoints.map(({ name }) => [
      name,
      ...contenders.map((contender) => `${operations[contender][name].d1} + ${operations[contender][name].r2}`),
    ]),
  );
}

function crossingsTable({ crossings }) {
  return table(
    ["endpoint", "calls into Go", "calls out of Go", "bytes in", "bytes out"],
    endpoints.map(({ name }) => {
      const { into, out, bytesInto, bytesOut } = crossings[name];
      return [name, into, out, grouped(Math.round(bytesInto)), grouped(Math.round(bytesOut))];
    }),
  );
}

function throughputTable({ endpoints: measured }) {
  const contenders = Object.keys(measured[endpoints[0].name]);
  const cell = (rounds) => {
    const middle = (pick) => median(rounds.map(pick));
    return `${grouped(Math.round(middle((r) => r.requests / r.seconds)))}/s, ${rounded(middle((r) => r.p50))} / ${rounded(middle((r) => r.p99))} ms, ${Math.round(middle((r) => r.peakMB))} MB`;
  };
  return `Requests per second, p50 / p99, peak memory of workerd during the round (with its D1 and R2); medians of the rounds.

${table(
  ["endpoint", ...contenders],
  endpoints.map(({ name }) => [name, ...contenders.map((contender) => cell(measured[name][contender]))]),
)}`;
}

function crowdSection({ crowd, plan }) {
  const rows = Object.entries(crowd).map(([name, rounds]) => {
    if (rounds.failed) return [name, `failed: ${rounds.failed}`, "", "", ""];
    const middle = (pick) => median(rounds.map(pick));
    return [
      name,
      grouped(Math.round(middle((r) => r.p50))),
      grouped(Math.round(middle((r) => r.p99))),
      grouped(Math.round(middle((r) => r.cpu))),
      Math.round(middle((r) => r.growthMB)),
    ];
  });
  return `## ${plan.crowd} generations at once

The provider takes 2 s and returns images of 1 MB. Medians of ${plan.crowdRounds} rounds; growth is the peak of workerd's memory minus its memory before.

${table(["contender", "p50, ms", "p99, ms", "CPU per generation, µs", "growth, MB"], rows)}`;
}

function coldStartSection({ coldStart, plan }) {
  const middle = (name, pick) => median(coldStart[name].map(pick));
  const above = (name, pick, base) => Math.round(middle(name, pick) - middle(base, pick));
  const cpu = (r) => r.cpu;
  const contenders = Object.keys(coldStart).filter((name) => !["empty", "payload", "decompress", "compile"].includes(name));
  const rows = contenders.map((name) => [name, above(name, (r) => r.wall, "empty"), above(name, cpu, "empty")]);
  const steps = [
    ["payload", "empty", "load the module's text"],
    ["decompress", "payload", "decode and decompress"],
    ["compile", "decompress", "compile"],
    ["ours", "compile", "start Go, initialise packages, answer"],
  ];
  const breakdown = coldStart.payload
    ? `
What our start is spent on, measured with Workers that each take some of its steps:

${table(
  ["step", "CPU, ms"],
  steps.map(([name, base, text]) => [text, above(name, cpu, base)]),
)}`
    : "";
  return `## Cold start

From starting workerd to the first answer of \`/api/health\`, above an empty Worker's (${Math.round(middle("empty", (r) => r.wall))} ms, CPU ${Math.round(middle("empty", cpu))} ms); medians of ${plan.coldRounds} starts.
A deployment uploads the single module. Two modules take longer here to the first answer; the larger configuration that Miniflare passes on may be why.

${table(["contender", "wall, ms", "CPU, ms"], rows)}${breakdown}`;
}

function soakSection({ soak, plan }) {
  const { after: first, ...early } = soak.first;
  const { after: last, ...late } = soak.last;
  return `## ${grouped(last)} mixed requests

Over ${plan.soakConnections} connections.

${table(
  ["", `after ${grouped(first)}`, `after ${grouped(last)}`],
  Object.keys(early).map((what) => [what, rounded(early[what]), rounded(late[what])]),
)}`;
}

const verdict = (ratio, target) => (ratio <= target ? "met" : "**missed**");
const range = ({ median: middle, least, most }) => `${middle.toFixed(2)} (${least.toFixed(2)} … ${most.toFixed(2)})`;
const rounded = (number) => (number < 10 ? number.toFixed(1) : grouped(Math.round(number)));
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

// Cold start: from nothing to the first answer, in a new workerd process each time.

import { performance } from "node:perf_hooks";
import { start } from "./cloud.mjs";
import { endpoints } from "./endpoints.mjs";
import { connect, send } from "./load.mjs";
import { cpuMicros } from "./process.mjs";
import { rotated } from "./statistics.mjs";

const [health] = endpoints;

// coldStarts starts the contenders in turn: {contender: [{wall, cpu}, …]} in ms.
export async function coldStarts(contenders, rounds) {
  const measured = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const contender of rotated(contenders, i)) measured[contender.name].push(await boot(contender));
  }
  return measured;
}

async function boot(contender) {
  const began = performance.now();
  const cloud = await start(contender);
  const pool = connect(cloud.base, 1);
  try {
    const { status } = await send(pool, health.make());
    if (status !== 200) throw new Error(`${contender.name} answered ${status} to its first request`);
    return { wall: performance.now() - began, cpu: cpuMicros(cloud.pid) / 1000 };
  } finally {
    await pool.close();
    await cloud.stop();
  }
}

// The program in a single module, as package bundle writes it.
const embedded = /fromBase64\("([A-Za-z0-9+/=]+)"\)/;

// stages returns Workers that each take some of the steps of a single module and then answer: the difference between two is the
// cost of a step.
export function stages(single) {
  const [, payload] = embedded.exec(single);
  const steps = [
    ["payload", `const payload = "${payload}";`],
    [
      "decompress",
      'import { zstdDecompressSync } from "node:zlib"; const wasm = zstdDecompressSync(Uint8Array.fromBase64(payload));',
    ],
    ["compile", "const module = new WebAssembly.Module(wasm);"],
  ];

  return steps.map(([name], last) => ({
    name,
    modules: [
      {
        name: "worker.mjs",
        type: "ESModule",
        contents: `${steps
          .slice(0, last + 1)
          .map(([, code]) => code)
          .join("\n")}\nexport default { fetch: () => new Response(String(payload.length)) };`,
      },
    ],
  }));
}

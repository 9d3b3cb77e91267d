// Cold start: from nothing to the first answer, in a new workerd process each time.

import { performance } from "node:perf_hooks";
import { brotliCompressSync, constants } from "node:zlib";
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

// stages returns Workers that each take some of our Worker's steps and then answer: the difference between two is the cost of
// a step.
export function stages(wasm) {
  const payload = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }).toString("base64");
  const steps = [
    ["payload", `const payload = "${payload}";`],
    [
      "decompress",
      'import { brotliDecompressSync } from "node:zlib"; import { Buffer } from "node:buffer"; const wasm = brotliDecompressSync(Buffer.from(payload, "base64"));',
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

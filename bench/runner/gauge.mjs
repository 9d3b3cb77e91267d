// A gauge is a module that runs inside a Worker, is loaded before the contender, and measures something: its reading().
import { readFile } from "node:fs/promises";
import { send } from "./load.mjs";

const path = "/reading";

// gauged returns the modules of a contender with a gauge before them, which is a file of this directory.
export async function gauged([entry, ...others], gauge) {
  const around = `import { reading } from "./${gauge}"; import worker from "./${entry.name}"; export * from "./${entry.name}";
export default { ...worker, fetch: (request, ...more) => (new URL(request.url).pathname === "${path}" ? Response.json(reading()) : worker.fetch(request, ...more)) };`;
  return [
    { name: "gauged.mjs", type: "ESModule", contents: around },
    { name: gauge, type: "ESModule", contents: await readFile(new URL(gauge, import.meta.url), "utf8") },
    entry,
    ...others,
  ];
}

// read asks the gauge of a running contender.
export const read = async (pool) => (await send(pool, { method: "GET", path: path })).body;

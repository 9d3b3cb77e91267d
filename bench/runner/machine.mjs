// The machine and the versions that the figures were measured with.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { versions } from "./cloud.mjs";

const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const [, syumai] = /syumai\/workers (v\S+)/.exec(readFileSync(new URL("../instance/go.mod", import.meta.url), "utf8"));

export function machine() {
  const cores = os.cpus();
  const { undici, ...stack } = dependencies;
  return {
    processor: `${cores[0].model.trim()}, ${cores.length} cores`,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()}`,
    Node: process.version,
    Go: execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim(),
    ...versions,
    ...stack,
    "syumai/workers": syumai,
  };
}

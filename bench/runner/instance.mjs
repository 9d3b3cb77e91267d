// Builds bench/instance: Go for js/wasm, with the glue that syumai/workers generates.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const kinds = { ".mjs": "ESModule", ".js": "ESModule", ".wasm": "CompiledWasm" };

// buildInstance builds a Go module into another directory and returns the Worker's modules, the entry first.
export async function buildInstance(source, target) {
  await run("go", ["tool", "workers-assets-gen", "-mode=go", "-o", target], { cwd: source });
  await run("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", path.join(target, "app.wasm"), "."], {
    cwd: source,
    env: { ...process.env, GOOS: "js", GOARCH: "wasm" },
  });
  const files = (await readdir(target)).filter((name) => kinds[path.extname(name)]);
  files.sort((a, b) => Number(b === "worker.mjs") - Number(a === "worker.mjs"));
  return Promise.all(
    files.map(async (name) => ({ name, type: kinds[path.extname(name)], contents: await readFile(path.join(target, name)) })),
  );
}

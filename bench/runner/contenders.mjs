// What is measured: each contender is the modules of a Worker, as they would be uploaded.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildInstance } from "./instance.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const bench = path.join(root, "bench");

// Sources of contenders by name; the text is what the report calls them.
const sources = {
  ours: {
    text: "this project, dist/worker.mjs",
    modules: () => one(path.join(root, "dist/worker.mjs"), "run `make bundle` first"),
  },
  stack: {
    text: "Hono, better-auth, Drizzle, zod; better-auth made in each request, as Hono's guide for Cloudflare has it",
    modules: () => bundled("stack/index.ts", { KEEP_AUTH: "false" }),
  },
  kept: {
    text: "the same, better-auth made once for the isolate",
    modules: () => bundled("stack/index.ts", { KEEP_AUTH: "true" }),
  },
  floor: { text: "bare JavaScript, the same SQL", modules: () => bundled("floor/index.mjs") },
  instance: {
    text: "the same handlers on syumai/workers",
    modules: () => buildInstance(path.join(bench, "instance"), path.join(bench, "dist/instance")),
  },
  empty: { text: "answers {} to everything", modules: () => bundled("empty/index.mjs") },
};

export const names = Object.keys(sources);

// load builds a contender: {name, text, modules: [{name, type, contents}]}, the entry first.
export async function load(name) {
  const source = sources[name];
  if (!source) throw new Error(`no contender is called ${name}; there are ${names.join(", ")}`);
  return { name, text: source.text, modules: await source.modules() };
}

// imported returns ours in its other form, two modules. It answers as the single one does, and only starts in another way.
export async function imported() {
  const [entry] = await one(path.join(root, "dist/modules/worker.mjs"), "run `make bundle` first");
  const [wasm] = await one(path.join(root, "dist/modules/app.wasm"), "run `make bundle` first", "CompiledWasm");
  return { name: "ours, the Wasm imported", modules: [entry, wasm] };
}

async function one(file, advice, type = "ESModule") {
  try {
    return [{ name: path.basename(file), type, contents: await readFile(file) }];
  } catch (error) {
    throw new Error(`${file} can't be read: ${advice}`, { cause: error });
  }
}

async function bundled(entry, define = {}) {
  const {
    outputFiles: [file],
  } = await build({
    entryPoints: [path.join(bench, entry)],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "import"],
    external: ["cloudflare:workers", "node:*"],
    define: { ...define, "process.env.NODE_ENV": '"production"' },
  });
  return [{ name: "worker.mjs", type: "ESModule", contents: Buffer.from(file.contents) }];
}

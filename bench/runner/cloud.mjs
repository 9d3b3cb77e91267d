// A contender under Miniflare: one workerd process with D1, R2 and the provider behind it.
import { createRequire } from "node:module";
import { compatibility, createMiniflare } from "../../local/miniflare.mjs";
import { bindings } from "./fixture.mjs";
import { childrenOf } from "./process.mjs";
import { provide } from "./provider.mjs";

const local = createRequire(new URL("../../local/package.json", import.meta.url));

export const versions = {
  miniflare: local("miniflare/package.json").version,
  workerd: local("workerd/package.json").version,
};

// start runs the modules and returns {base, pid, database(), bucket(), log, stop()}; pid is workerd's, log its last lines.
// Start one at a time: the new process is recognized by being new.
export async function start({ modules }) {
  const before = new Set(childrenOf(process.pid));
  const log = [];
  const provider = await provide();
  const miniflare = createMiniflare({
    ...compatibility,
    modulesRoot: "/",
    modules: modules.map(({ name, type, contents }) => ({ type, path: `/${name}`, contents })),
    bindings,
    d1Databases: { DB: "bench" },
    r2Buckets: { GENERATIONS_BUCKET: "bench" },
    outboundService: { external: { address: provider.address, http: {} } },
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) stream.on("data", (chunk) => log.push(String(chunk)) > 20 && log.shift());
    },
  });
  const base = await miniflare.ready;
  const [pid] = childrenOf(process.pid).filter((child) => !before.has(child));

  return {
    base,
    pid,
    log,
    database: () => miniflare.getD1Database("DB"),
    bucket: () => miniflare.getR2Bucket("GENERATIONS_BUCKET"),
    stop: () => miniflare.dispose().finally(provider.stop),
  };
}

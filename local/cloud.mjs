// Assembles the local Cloudflare: account, runtime, REST API, worker port.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Faults } from "./faults.mjs";
import { createFront } from "./front.mjs";
import { createLocalCalls } from "./local.mjs";
import { lock } from "./lock.mjs";
import { openLog } from "./log.mjs";
import { endOrphans } from "./orphan.mjs";
import { close, listen } from "./ports.mjs";
import { databaseRoutes } from "./rest/d1.mjs";
import { Exports, exportRoutes } from "./rest/export.mjs";
import { Imports, importRoutes } from "./rest/import.mjs";
import { objectRoutes } from "./rest/objects.mjs";
import { bucketRoutes } from "./rest/r2.mjs";
import { basePath, Router } from "./rest/router.mjs";
import { rulesetRoutes } from "./rest/rulesets.mjs";
import { scriptRoutes } from "./rest/scripts.mjs";
import { secretRoutes } from "./rest/secrets.mjs";
import { settingsRoutes } from "./rest/settings.mjs";
import { timeTravelRoutes } from "./rest/timetravel.mjs";
import { zoneRoutes } from "./rest/zones.mjs";
import { Runtime } from "./runtime.mjs";
import { Sandbox } from "./sandbox/dashscope.mjs";
import { Checkouts } from "./sandbox/stripe.mjs";
import { createApiServers } from "./server.mjs";
import { databaseFiles, Snapshots } from "./snapshots.mjs";
import { openState, writeAtomically } from "./state.mjs";
import { ContentStore } from "./store.mjs";
import { ensureCertificates } from "./tls.mjs";
import { accountWorkers } from "./workers.mjs";

const routeGroups = [
  databaseRoutes,
  timeTravelRoutes,
  exportRoutes,
  importRoutes,
  bucketRoutes,
  objectRoutes,
  scriptRoutes,
  secretRoutes,
  settingsRoutes,
  zoneRoutes,
  rulesetRoutes,
];

// startCloud starts the local Cloudflare and returns {info, stop}. Options: data (directory), info (file), log (file),
// workerPort, apiPort, tlsPort (0: any free port), faults. info is also written to the info file once everything answers.
export async function startCloud({ data, info: infoFile, log: logFile, workerPort, apiPort, tlsPort, faults: faulty }) {
  const unlock = await lock(data);
  const undo = [unlock];
  const stop = async () => {
    rmSync(infoFile, { force: true });
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const log = openLog(logFile);
    undo.push(log.close);

    const { ca, ...certificate } = await ensureCertificates(join(data, "tls"));
    const state = openState(join(data, "state.json"));
    const ports = {};
    const parts = assemble({ data, state, log, faulty, certificate, at: (name) => `http://127.0.0.1:${ports[name]}` });
    undo.push(() => parts.runtime.stop());

    for (const [name, server, port, flag] of [
      ["worker", parts.front, workerPort, "--worker-port"],
      ["api", parts.plain, apiPort, "--api-port"],
      ["tls", parts.secure, tlsPort, "--tls-port"],
    ]) {
      ports[name] = await listen(server, port, flag);
      undo.push(() => close(server));
    }

    await parts.runtime.refresh();
    const info = describe(state, ports, ca, logFile);
    writeAtomically(infoFile, `${JSON.stringify(info, null, "\t")}\n`);
    log("cloud", `ready: worker ${info.worker}, api ${info.api}, tls ${info.tls}`);
    return { info, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// describe returns the addresses and the credentials.
function describe({ account, token }, ports, ca, log) {
  return {
    pid: process.pid,
    api: `http://127.0.0.1:${ports.api}${basePath}`,
    tls: `127.0.0.1:${ports.tls}`,
    worker: `http://127.0.0.1:${ports.worker}`,
    account,
    token,
    ca,
    log,
  };
}

// assemble makes the parts. at(name) is where a port answers, once it does.
function assemble({ data, state, log, faulty, certificate, at }) {
  const d1 = join(data, "d1");
  const pid = join(data, "workerd.pid");
  endOrphans(pid);
  const store = new ContentStore(join(data, "scripts"));
  store.sweep(state.scripts);

  const origin = () => at("api");
  const sandbox = new Sandbox(join(data, "sandbox"), origin);
  const checkouts = new Checkouts(origin, () => at("worker"));
  const runtime = new Runtime({
    describe: () => accountWorkers(state, (part) => store.get(part), sandbox, checkouts),
    paths: { d1, r2: join(data, "r2"), pid },
    log,
  });
  const files = (uuid) => databaseFiles(d1, uuid);
  const snapshots = new Snapshots(join(data, "bookmarks"), files);

  const exports = new Exports(origin);
  const imports = new Imports(origin);
  const account = { state, runtime, store, snapshots, exports, imports, databaseFiles: files };
  const router = new Router(
    state,
    routeGroups.flatMap((routes) => routes(account)),
  );
  const faults = faulty ? new Faults() : null;
  const local = createLocalCalls({ state, runtime, faults, sandbox });
  const open = {
    picture: (name) => sandbox.picture(name),
    exported: (id) => exports.file(id),
    upload: (name, content) => imports.upload(name, content),
    checkouts,
  };

  return {
    runtime,
    front: createFront({ state, runtime, log }),
    ...createApiServers({ router, local, open, faults, certificate, log }),
  };
}

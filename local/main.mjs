#!/usr/bin/env node
// The local Cloudflare from the command line.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const usage = `usage: node local/main.mjs [options]

  --data DIR         where databases, buckets, scripts and certificates are kept (.local/cloud)
  --info FILE        where to write how to reach it, once it answers (DIR/cloud.json)
  --log FILE         where log lines go (DIR/cloud.log)
  --worker-port N    the Worker (8787)
  --api-port N       Cloudflare's REST API, plain http (8790)
  --tls-port N       the same with TLS (8789)
  --faults           offer the tests' controls: /__faults, /__requests

Port 0 is any free port. ADDREAMS_WORKER_PORT, ADDREAMS_API_PORT and ADDREAMS_TLS_PORT set the ports too.`;

const exitFailed = 1;
const exitUsage = 2;
const exitPort = 3;

function fail(code, message) {
  console.error(`local Cloudflare: ${message}`);
  process.exit(code);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  fail(exitUsage, `Node ${process.versions.node} is too old. Install Node 20.11 or newer.`);
}

// Loaded only now, since an old Node could not parse them.
const { startCloud } = await import("./cloud.mjs");
const { PortTaken, variable } = await import("./ports.mjs");

function readPort(values, name, byDefault) {
  const text = values[name] ?? process.env[variable(`--${name}`)] ?? byDefault;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) fail(exitUsage, `--${name} ${text} is not a port.`);
  return Number(text);
}

function readOptions() {
  let values;
  try {
    const string = { type: "string" };
    const flag = { type: "boolean" };
    ({ values } = parseArgs({
      options: {
        data: string,
        info: string,
        log: string,
        faults: flag,
        help: flag,
        "worker-port": string,
        "api-port": string,
        "tls-port": string,
      },
    }));
  } catch (error) {
    fail(exitUsage, `${error.message}\n\n${usage}`);
  }
  if (values.help) {
    console.log(usage);
    process.exit();
  }

  const data = resolve(values.data ?? ".local/cloud");
  return {
    data,
    info: resolve(values.info ?? join(data, "cloud.json")),
    log: resolve(values.log ?? join(data, "cloud.log")),
    workerPort: readPort(values, "worker-port", "8787"),
    apiPort: readPort(values, "api-port", "8790"),
    tlsPort: readPort(values, "tls-port", "8789"),
    faults: values.faults ?? false,
  };
}

// A signal during the start takes effect once everything is up.
const signalled = new Promise((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, resolve);
});

const options = readOptions();
try {
  const cloud = await startCloud(options);
  console.log(JSON.stringify({ ready: true, ...cloud.info, token: undefined }));
  await signalled;
  await cloud.stop();
} catch (error) {
  fail(error instanceof PortTaken ? exitPort : exitFailed, error.message);
}
process.exit();

// Runs the local Cloudflare as its users do: as a process, over its ports.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "..", "main.mjs");

// anyPorts are options for any free ports.
export const anyPorts = ["--worker-port", "0", "--api-port", "0", "--tls-port", "0"];

export const temporary = () => mkdtempSync(join(tmpdir(), "local-cloud-"));

// run starts the process, and returns it once it is ready or has exited.
export async function run(args) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const exit = once(child, "exit").then(([code]) => ({ code, errors }));
  const ready = once(createInterface({ input: child.stdout }), "line").then(([line]) => JSON.parse(line));
  return { child, exit, started: await Promise.race([ready, exit]) };
}

// startCloud starts a local Cloudflare on dir (by default a new temporary one), on any free ports, with faults allowed.
export async function startCloud(dir = temporary(), ...more) {
  const { child, exit, started } = await run(["--data", dir, ...anyPorts, "--faults", ...more]);
  if (!started.ready) throw new Error(`the local Cloudflare did not start: ${started.errors}`);
  return new Cloud(dir, child, exit);
}

class Cloud {
  constructor(dir, child, exit) {
    Object.assign(this, { dir, child, exit });
    this.info = JSON.parse(readFileSync(join(dir, "cloud.json"), "utf8"));
    this.control = new URL(this.info.api).origin;
  }

  // api calls the REST API; path is below the account unless it begins with /zones. A plain body is sent as JSON.
  async api(method, path, body, { token = this.info.token, headers = {} } = {}) {
    const url = path.startsWith("/zones") ? this.info.api + path : `${this.info.api}/accounts/${this.info.account}${path}`;
    return this.#call(url, method, body, { ...(token && { authorization: `Bearer ${token}` }), ...headers });
  }

  async own(method, path, body) {
    return this.#call(this.control + path, method, body, { authorization: `Bearer ${this.info.token}` });
  }

  async #call(url, method, body, headers) {
    const form = body instanceof FormData || body instanceof Uint8Array;
    const response = await fetch(url, {
      method,
      headers: form || body === undefined ? headers : { "content-type": "application/json", ...headers },
      body: form || body === undefined ? body : JSON.stringify(body),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = response.headers.get("content-type")?.includes("json") ? JSON.parse(bytes.toString()) : undefined;

    return {
      status: response.status,
      headers: response.headers,
      bytes,
      result: json?.result,
      errors: json?.errors,
      info: json?.result_info,
    };
  }

  // upload sends a module Worker, as the deployment does.
  upload(name, content, bindings = [], metadata = {}) {
    const form = new FormData();
    form.set(
      "metadata",
      JSON.stringify({
        main_module: "worker.mjs",
        bindings,
        compatibility_date: "2026-02-10",
        compatibility_flags: ["nodejs_compat"],
        logpush: false,
        placement: { mode: "" },
        tags: [],
        ...metadata,
      }),
    );
    form.set("worker.mjs", new Blob([content], { type: "application/javascript+module" }), "worker.mjs");
    return this.api("PUT", `/workers/scripts/${name}`, form);
  }

  async worker(path = "/", init) {
    const response = await fetch(this.info.worker + path, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async database(name = "app") {
    return (await this.api("POST", "/d1/database", { name })).result.uuid;
  }

  query(uuid, sql, params) {
    return this.api("POST", `/d1/database/${uuid}/query`, { sql, params });
  }

  // logged waits until the log matches the expression.
  async logged(expression) {
    const deadline = Date.now() + 10_000;
    while (!expression.test(readFileSync(this.info.log, "utf8"))) {
      if (Date.now() > deadline) throw new Error(`the log never held ${expression}`);
      await new Promise(setImmediate);
    }
  }

  // stop ends the process and keeps the data.
  stop(signal = "SIGTERM") {
    this.child.kill(signal);
    return this.exit;
  }

  async remove() {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

// answering returns the source of a Worker that answers with the value of a JavaScript expression over request and env.
export const answering = (expression) => `export default { async fetch(request, env) { return Response.json(${expression}); } };`;

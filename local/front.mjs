// The worker port plays Cloudflare's edge in front of the Worker: it picks the script, adds the client's address, and streams
// both ways.
import { createServer, request as forward } from "node:http";
import { pipeline } from "node:stream";

// pickScript chooses by host: a custom domain, `<script>.localhost`, or else the most recently uploaded script.
function pickScript(state, host = "") {
  const hostname = host.replace(/:\d+$/, "").toLowerCase();
  const domain = state.domains.find((one) => one.hostname === hostname);
  if (domain) return domain.service;
  const [label, ...rest] = hostname.split(".");
  if (rest.join(".") === "localhost" && Object.hasOwn(state.scripts, label)) return label;
  const byTime = (a, b) => state.scripts[b].modified_on.localeCompare(state.scripts[a].modified_on);
  return Object.keys(state.scripts).sort(byTime)[0];
}

export function createFront({ state, runtime, log }) {
  return createServer((request, response) => {
    const script = pickScript(state, request.headers.host);
    if (!script) {
      return refuse(response, 404, "No Worker has been uploaded yet. The deployment (pulumi up) uploads it.");
    }
    runtime
      .use(() => pass(runtime, script, request, response))
      .catch((error) => {
        log("cloud", `worker port: ${error.message}`);
        if (response.headersSent) return response.destroy();
        refuse(response, 503, "The Worker's runtime is not available. The log says why; the next request starts it again.");
      });
  });
}

function refuse(response, status, text) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${text}\n`);
}

// pass settles when the response has been sent, or when either side has disconnected. It rejects only if the Worker can't be
// reached.
async function pass(runtime, script, request, response) {
  const { hostname, port } = await runtime.address(script);
  const headers = clientHeaders(request);

  await new Promise((resolve, reject) => {
    const upstream = forward({ hostname, port, agent: runtime.agent, method: request.method, path: request.url, headers });
    upstream.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.rawHeaders));
      pipeline(answer, response, resolve);
    });
    upstream.on("error", (error) => {
      if (error.code === "ECONNREFUSED") runtime.invalidate();
      if (response.destroyed) resolve();
      else reject(error);
    });

    response.on("close", () => upstream.destroy());
    pipeline(request, upstream, () => {});
  });
}

const ownHeaders = new Set(["cf-connecting-ip", "connection", "keep-alive", "proxy-connection", "upgrade", "expect"]);

// clientHeaders returns the client's headers without those that only Cloudflare sets, or that belong to this connection.
function clientHeaders({ rawHeaders, socket }) {
  const kept = endToEnd(rawHeaders, ownHeaders);
  return [...kept, "CF-Connecting-IP", socket.remoteAddress];
}

const hopHeaders = new Set(["connection", "keep-alive"]);

function endToEnd(raw, without = hopHeaders) {
  const kept = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    if (!without.has(name) && !name.startsWith("mf-")) kept.push(raw[i], raw[i + 1]);
  }
  return kept;
}

// The API ports: the REST API under /client/v4, what needs no token (the sandbox's pictures and pages, exports, files to
// import), and the local cloud's own calls.
import { createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";
import { CloudError, Reply } from "./rest/envelope.mjs";
import { basePath } from "./rest/router.mjs";

const maxBody = 100 * 1024 * 1024;

// createApiServers returns the plain and the TLS server, which answer alike. local answers the calls that Cloudflare does not
// have; open what needs no token; faults is null unless faults may be injected.
export function createApiServers({ router, local, open, faults, certificate, log }) {
  const handle = (request, response) => {
    answer({ router, local, open, faults, log }, request, response).catch((error) => {
      log("cloud", `${request.method} ${request.url}: ${error.stack}`);
      if (response.headersSent) response.destroy();
      else send(response, Reply.error(500, 10013, `The local Cloudflare failed: ${error.message}`));
    });
  };
  return { plain: createPlain(handle), secure: createSecure(certificate, handle) };
}

async function answer({ router, local, open, faults, log }, request, response) {
  const started = performance.now();
  const url = new URL(request.url, "http://localhost");
  const shown = url.pathname.match(/^\/sandbox\/([\w-]+\.\w+)$/);
  if (shown) return sendPicture(response, open.picture(shown[1]));
  const checkout = url.pathname.match(/^\/sandbox\/checkout\/(\w+)(?:\/(refund))?$/);
  if (checkout) return send(response, await checkoutPage(open.checkouts, request.method, checkout[1], checkout[2]));
  const exported = url.pathname.match(/^\/d1-export\/([\w-]+)\.sql$/);
  if (exported) return send(response, open.exported(exported[1]));
  const imported = request.method === "PUT" && url.pathname.match(/^\/d1-import\/([\w-]+\.sql)$/);
  if (imported) return send(response, await receive(request, (content) => open.upload(imported[1], content)));

  const rest = url.pathname.startsWith(`${basePath}/`);
  const call = {
    method: request.method,
    path: rest ? url.pathname.slice(basePath.length) : url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await readBody(request),
  };
  if (!call.body) return send(response, tooLarge);

  const fault = rest ? faults?.note(call) : undefined;
  if (fault?.kind === "silent") return log("cloud", `${call.method} ${call.path} left without an answer (fault)`);
  const reply =
    fault?.kind === "status"
      ? Reply.error(fault.status, 10000, `Injected fault ${fault.status}.`)
      : await toReply(() => (rest ? router : local).answer(call));

  const time = Math.round(performance.now() - started);
  log("cloud", `${call.method} ${call.path} ${reply.status} ${time}ms${fault ? ` (fault: ${fault.kind})` : ""}`);
  if (fault?.kind === "lost") request.socket.destroy();
  else if (fault?.kind === "half") sendHalf(response, reply);
  else send(response, reply);
}

const tooLarge = Reply.error(413, 10001, "The request body is larger than 100 MB.");

async function receive(request, take) {
  const content = await readBody(request);
  return content ? take(content) : tooLarge;
}

async function toReply(work) {
  try {
    const answered = await work();
    return answered instanceof Reply ? answered : Reply.result(answered);
  } catch (error) {
    if (error instanceof CloudError) return Reply.error(error.status, error.code, error.message);
    throw error;
  }
}

// readBody returns undefined for a body that is too large.
async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
  }
  return size <= maxBody ? Buffer.concat(chunks) : undefined;
}

function send(response, { status, headers, body }) {
  const length = status === 204 ? {} : { "content-length": body?.length ?? 0 };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

function sendHalf(response, { status, headers, body }) {
  response.writeHead(status, { ...headers, "content-length": body?.length ?? 1 });
  response.write(body?.subarray(0, Math.floor(body.length / 2)) ?? "", () => response.socket?.destroy());
}

function sendPicture(response, picture) {
  if (!picture) return send(response, Reply.error(404, 10007, "There is no such picture, or its 24 hours are over."));
  send(response, new Reply({ headers: { "content-type": picture.type }, body: picture.body }));
}

// checkoutPage shows the page of a checkout, and pays or refunds it by POST.
async function checkoutPage(checkouts, method, id, action = "pay") {
  if (method === "POST") {
    const location = await checkouts[action](id);
    if (location) return new Reply({ status: 303, headers: { location } });
  }
  const page = checkouts.page(id);
  if (!page) return Reply.error(404, 10007, "There is no such checkout: the local Cloudflare forgets them when it ends.");
  return new Reply({ headers: { "content-type": "text/html; charset=utf-8" }, body: Buffer.from(page) });
}

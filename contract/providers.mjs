// Stand-ins for DashScope, Google and GitHub. A scenario chooses what DashScope answers by a flag in the prompt, as
// "[fail:InvalidApiKey]", and names the identities that Google and GitHub know.
import { generateKeyPairSync, sign } from "node:crypto";
import { png } from "../local/localtest/dashscope.mjs";
import { sleep } from "../local/localtest/wait.mjs";
import { dashScopeHosts, generation, refusal } from "../local/sandbox/answer.mjs";
import { bindings } from "./secrets.mjs";

const imageHost = "dashscope-result.oss.example.test";
const requestId = "req-fixed-0001";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyId = "contract-key-1";

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const json = (data, status = 200, headers = {}) => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(data),
});

// mintIdToken returns the ID token that Google would issue to an identity.
export function mintIdToken(identity) {
  const now = Math.floor(Date.now() / 1000);
  const issuer = { iss: "https://accounts.google.com", aud: bindings.GOOGLE_CLIENT_ID };
  const { _kid: kid = keyId, _ageSeconds: age = 0, ...claims } = { ...issuer, ...identity.claims };
  const head = base64url({ alg: "RS256", typ: "JWT", kid });
  const body = base64url({ iat: now - age, exp: now - age + 3600, ...claims });
  const signature = sign("RSA-SHA256", Buffer.from(`${head}.${body}`), rsa.privateKey);
  return `${head}.${body}.${signature.toString("base64url")}`;
}

// provide answers an outbound call, and returns {call, answer}: call is its record in the transcript.
export async function provide(request, identities) {
  const url = new URL(request.url);
  const text = request.method === "POST" ? await request.text() : "";
  return { call: describeCall(request, url, text), answer: await answer(request, url, text, identities) };
}

function describeCall(request, url, text) {
  const call = { method: request.method, url: url.origin + url.pathname + url.search };
  for (const name of ["authorization", "content-type", "accept"]) {
    const value = request.headers.get(name)?.split(";")[0];
    if (value && !(name === "accept" && value === "*/*")) call[name] = value;
  }
  if (text) call.body = text.startsWith("{") ? JSON.parse(text) : Object.fromEntries([...new URLSearchParams(text)].sort());
  return call;
}

function answer(request, url, text, identities) {
  const bearer = () => identities[request.headers.get("authorization")?.replace(/^Bearer (gh|go)_/, "")];
  if (dashScopeHosts.includes(url.hostname)) return dashScope(text);

  switch (url.host) {
    case imageHost:
      return image(url.searchParams);
    case "oauth2.googleapis.com":
      return googleTokens(new URLSearchParams(text), identities);
    case "github.com":
      return githubTokens(new URLSearchParams(text), identities);
    case "www.googleapis.com":
      return json({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" }] });
    case "openidconnect.googleapis.com":
      return bearer() ? json(bearer().claims) : json({ error: "invalid" }, 401);
    case "api.github.com":
      return githubUser(bearer(), url);
    default:
      return json({ error: "unexpected outbound host" }, 599);
  }
}

// dashScope answers as the prompt's flag says: [fail:code=…], [soft:code], [name=value], or the usual success.
async function dashScope(text) {
  let payload;
  try {
    payload = JSON.parse(text);
  } catch {
    return json(refusal("InvalidParameter", "bad json"), 400);
  }
  const prompt = payload.input?.messages?.[0]?.content?.map((part) => part.text ?? "").join("") ?? "";
  const [, mode, name, value] = /\[(fail:|soft:)?([A-Za-z0-9]+)(?:=([^\]]*))?\]/.exec(prompt) ?? [];

  if (mode === "fail:") return fail(name, value);
  if (mode === "soft:") return json(refusal(name, `Soft ${name}.`, requestId));
  if (name === "timeout") await sleep(15_000);
  return oddAnswers[name]?.() ?? success(payload, name, value);
}

function fail(name, value) {
  if (/^\d+$/.test(name)) return json(refusal(undefined, `status ${name}`, requestId), Number(name));
  const message = value === "nomessage" ? undefined : `Provider says ${name}.`;
  return json(refusal(name, message, requestId), name === "InvalidApiKey" ? 401 : 400);
}

const oddAnswers = {
  failcode500: () => json(refusal("InvalidParameter", "five hundred", requestId), 500),
  policy500: () => json(refusal("DataInspectionFailed", "blocked", requestId), 500),
  headerid: () => json(refusal("Weird", ""), 400, { "x-request-id": "req-from-header" }),
  malformed: () => ({ status: 200, headers: { "content-type": "application/json" }, body: "<not json>" }),
  array: () => json([1, 2]),
  empty: () => json({ output: { choices: [{ message: { content: [] } }] }, request_id: requestId }),
  nochoices: () => json({ output: { choices: [] }, request_id: requestId }),
};

function success(payload, name, value) {
  const queries = { asset404: "?missing=1", chunked: "?chunked=1", assettype: `?type=${value}` };
  const query = queries[name] ?? "?Expires=1&Signature=abc";
  const count = Number(name === "n" ? value : (payload.parameters?.n ?? 1));
  const images = Array.from({ length: count }, (_, index) => `https://${imageHost}/img-${index + 1}.png${query}`);
  return json(
    generation(images, {
      requestId: name === "noreqid" ? undefined : requestId,
      usage: name === "nousage" ? undefined : { image_count: count, width: 1328, height: 1328 },
    }),
  );
}

// image answers for the host of the images, as the query asks.
function image(query) {
  if (query.get("missing")) return { status: 404, headers: {}, body: "gone" };
  const length = query.get("chunked") ? {} : { "content-length": String(png.length) };
  return { status: 200, headers: { "content-type": query.get("type") ?? "image/png", ...length }, body: png };
}

// codeOf returns the name of the identity for which a token is requested, by a code or a refresh token.
function codeOf(form) {
  return form.get("grant_type") === "refresh_token" ? form.get("refresh_token").replace("rt_", "") : form.get("code");
}

function googleTokens(form, identities) {
  const code = codeOf(form);
  const identity = identities[code];
  if (!identity) return json({ error: "invalid_grant" }, 400);
  return json({
    access_token: `go_${code}`,
    refresh_token: `rt_${code}`,
    expires_in: 3599,
    scope: "openid email profile",
    token_type: "Bearer",
    ...(!identity.noIdToken && { id_token: mintIdToken(identity) }),
  });
}

function githubTokens(form, identities) {
  const code = codeOf(form);
  if (!identities[code]) return json({ error: "bad_verification_code" });
  return json({ access_token: `gh_${code}`, scope: "read:user,user:email", token_type: "bearer" });
}

function githubUser(identity, { pathname }) {
  if (!identity) return json({ message: "Bad credentials" }, 401);
  if (!identity.user) return json({ message: "Not Found" }, 404);
  return json(pathname.endsWith("/emails") ? identity.emails : identity.user);
}

// Attacks on the bundle in workerd, as rows of data. While the rows of one kind are sent, a bystander has an image made and
// reads its account: none of that may fail, and no row may end the instance that serves both. WORKER_BUNDLE names a directory
// other than dist.
//
// A row is {name, send, answer}. send is a request, a list of them that is sent one after another, or a function of the
// scene that returns either: {method, path, headers, cookie, json | body, as, raw}. answer is what the last
// response must be: a status or a list of them, or {status, code, location, headers, has, hasNot, check}. Whatever the row says,
// no response may be a 500, or contain a secret or a stack trace.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import http from "node:http";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { idToken, publicKey, signed, answer as signInProviders } from "../../../../local/localtest/signin.mjs";
import { eventually, Response, sleep } from "../../../platform/workers/test/worker.mjs";
import { frontend, memory, open, order, password, person, publicURL, secret, sign } from "../test/site.mjs";

export {
  eventually,
  frontend,
  idToken,
  memory,
  order,
  password,
  person,
  publicKey,
  publicURL,
  Response,
  secret,
  sign,
  signed,
  sleep,
};

const bindings = {
  QWEN_TIMEOUT_MS: "900000", // the bystander's image takes as long as all attacks of a kind
  QWEN_IMAGE_HOSTS: "aliyuncs.com, example.test", // those of a deployed stack, and the host of site.mjs
  GOOGLE_CLIENT_ID: "google-id",
  GOOGLE_CLIENT_SECRET: "google-secret",
  GITHUB_CLIENT_ID: "github-id",
  GITHUB_CLIENT_SECRET: "github-secret",
  MIGRATE_TOKEN: "migrate-secret",
  STRIPE_SECRET_KEY: "sk_test_stripe-key",
  STRIPE_WEBHOOK_SECRET: "whsec_stripe-webhook",
  CREDIT_PACKS: "starter=usd:1000:10:5",
};

// What no response may contain.
const secrets = [
  secret,
  "google-secret",
  "github-secret",
  "migrate-secret",
  "stripe-key",
  "stripe-webhook",
  "goroutine ",
  "panic:",
  ".go:",
  "SQLITE",
  "D1_ERROR",
];

// siege tests the rows. begin prepares the scene that the rows get: {site, provider, mallory, victim, …}. around names the
// modules to run around the bundle, if not the usual ones; more are bindings beside the usual ones.
export function siege(kind, rows, { begin = () => {}, timeout = 60_000, around, more } = {}) {
  describe(kind, () => {
    let scene;
    before(async () => {
      scene = await enter(around, more);
      await begin(scene);
    });
    after(() => scene?.site.stop());

    for (const row of rows.flat()) {
      it(row.name, { timeout }, () => scene.undisturbed(() => attack(scene, row)));
    }

    it("a bystander has noticed nothing", { timeout }, () => scene.bystander.conclude());
  });
}

// enter starts the Worker, and signs up an attacker, a victim and the bystander.
async function enter(around, more) {
  const provider = {}; // handlers that a row sets: image, ask, elsewhere
  const waiting = [];
  const site = await open({
    bindings: { ...bindings, ...more },
    around,
    ask: async (request) => {
      const text = await request.text();
      if (text.includes("the bystander's"))
        await new Promise((resolve) => {
          waiting.push(resolve);
        });
      else return provider.ask?.(text, request);
    },
    image: (request) => provider.image?.(request),
    elsewhere: async (request) => {
      const said = (await provider.elsewhere?.(request)) ?? (await signInProviders(request));
      return said instanceof Response ? said : new Response(said.body, { status: said.status, headers: said.headers });
    },
  });
  const scene = { site, provider, mallory: await person(site), victim: await person(site) };
  scene.bystander = await bystand(site, waiting);
  scene.undisturbed = (act) => undisturbed(scene, act);
  scene.sql = async (text, ...values) =>
    (
      await site.database
        .prepare(text)
        .bind(...values)
        .all()
    ).results;

  return scene;
}

// bystand starts an image, which the provider finishes when conclude is called.
async function bystand(site, waiting) {
  const who = await person(site);
  const image = order(site, who, { body: { prompt: "the bystander's" } });
  await eventually(
    () => waiting.length,
    (length) => length === 1,
  );

  return {
    who,
    look: async () => {
      const response = await site.get("/api/me", { headers: { cookie: who.cookie } });
      assert.equal(response.status, 200, "the bystander's account");
      return (await response.json()).profile.creditsProductShoots;
    },
    conclude: async () => {
      for (const answer of waiting) answer();
      const response = await image;
      assert.equal(response.status, 200, `the bystander's image: ${await response.text()}\n${site.log}`);
    },
  };
}

// undisturbed runs act, and checks that the same instance still serves the bystander.
async function undisturbed({ site, bystander, provider }, act) {
  const { started } = await memory(site);
  const credits = await bystander.look();
  try {
    await act();
    assert.equal(await bystander.look(), credits, "the bystander's credits");
    assert.equal((await memory(site)).started, started, `the instance was ended:\n${site.log.slice(-2000)}`);
  } finally {
    for (const name of Object.keys(provider)) delete provider[name];
  }
}

// attack sends a row's requests. What earlier rows have used up of the limits is forgotten.
async function attack(scene, row) {
  await scene.site.database.prepare("DELETE FROM quota").run();
  const wanted = expectation(row.answer);
  const requests = [typeof row.send === "function" ? await row.send(scene) : row.send].flat();
  let answer;
  for (const request of requests) {
    answer = await send(scene, await (typeof request === "function" ? request(scene, answer) : request));
    judge(answer, {});
  }
  judge(answer, wanted);
  await wanted.check?.(scene, answer);
}

const expectation = (answer) => (typeof answer === "object" && !Array.isArray(answer) ? answer : { status: answer });

function judge(answer, { status, code, location, headers = {}, has, hasNot }) {
  const shown = `${answer.status} ${answer.text.slice(0, 300)}`;
  for (const hidden of secrets) assert.ok(!answer.text.includes(hidden), `the answer tells ${hidden}`);
  assert.ok(answer.status !== 500, shown);
  if (status !== undefined) assert.ok([status].flat().includes(answer.status), `${shown}, wanted ${status}`);
  if (code !== undefined) assert.equal(answer.json?.code ?? answer.json?.error?.code, code, shown);
  if (location !== undefined) assert.match(answer.headers.location ?? "", location);
  for (const [name, value] of Object.entries(headers)) assert.equal(answer.headers[name], value, name);
  if (has !== undefined) assert.match(answer.text, has);
  if (hasNot !== undefined) assert.doesNotMatch(answer.text, hasNot);
}

// someAddress returns a client address not used before: attempts are counted per address.
let addresses = 0;
export const someAddress = () => `2001:db8:${(++addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`;

// send sends a request, and returns its answer {status, headers, text, json}. The status is 0 if the connection was closed
// without one.
export async function send({ site, ...scene }, request) {
  const {
    method = request.json === undefined && request.body === undefined ? "GET" : "POST",
    path: target = "/",
    as,
    raw,
  } = request;
  if (raw !== undefined) return sendRaw(site, raw);

  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  const cookie = [as && scene[as].cookie, request.cookie].filter(Boolean).join("; ");
  const headers = {
    host: "localhost:8787",
    "cf-connecting-ip": someAddress(),
    ...(cookie && { cookie, origin: frontend }),
    ...(method === "POST" && { "content-type": "application/json" }),
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
    ...request.headers,
  };
  for (const name of Object.keys(headers)) if (headers[name] === null) delete headers[name];

  return new Promise((resolve) => {
    let answered = false;
    const sent = http.request(
      { host: "127.0.0.1", port: site.url.port, method, path: target, headers, agent: false, maxHeaderSize: 1 << 20 },
      (response) => {
        const pieces = [];
        const end = () => {
          resolve(answerOf(response.statusCode, response.headers, Buffer.concat(pieces)));
          sent.destroy();
        };
        answered = true;
        response
          .on("data", (piece) => pieces.push(piece))
          .on("end", end)
          .on("error", end);
      },
    );
    sent.on("error", (error) => resolve(answerOf(0, {}, Buffer.from(error.message))));
    if (Buffer.byteLength(body ?? "") <= 64 << 10) {
      sent.end(body);
      return;
    }
    sent.flushHeaders(); // a refusal because of the length comes before the body is sent
    setTimeout(() => answered || sent.end(body), 300);
  });
}

function answerOf(status, headers, bytes) {
  const text = bytes.toString("utf8");
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    /* not JSON */
  }
  return { status, headers, text, json, bytes };
}

// sendRaw sends bytes as they are, and reads until the other end closes.
function sendRaw(site, bytes) {
  return new Promise((resolve) => {
    const pieces = [];
    const client = connect(site.url.port, "127.0.0.1", () => client.write(bytes));
    const end = () => {
      const [head, ...rest] = Buffer.concat(pieces).toString("latin1").split("\r\n\r\n");
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
      const headers = Object.fromEntries(
        head
          .split("\r\n")
          .slice(1)
          .map((line) => [line.split(":")[0].toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
      );
      resolve(answerOf(status, headers, Buffer.from(rest.join("\r\n\r\n"), "latin1")));
      client.destroy();
    };

    client
      .on("data", (piece) => pieces.push(piece))
      .on("close", end)
      .on("error", () => {})
      .setTimeout(3_000, end);
  });
}

// signUp signs a user up with a password, by the API, and returns {id, email, cookie}.
export async function signUp(scene, name = randomUUID()) {
  const email = `${name}@example.test`;
  const answer = await send(scene, { path: "/api/auth/sign-up/email", json: { name, email, password } });
  assert.equal(answer.status, 200, answer.text);
  return { id: answer.json.user.id, email, cookie: cookies(answer) };
}

// cookies returns the cookies that a response sets, as a browser sends them.
export const cookies = ({ headers }) => (headers["set-cookie"] ?? []).map((line) => line.split("; ")[0]).join("; ");

// json returns a provider's response.
export const json = (value, status = 200) =>
  new Response(typeof value === "string" ? value : JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });

// The API in workerd, with a provider of images that the test answers for.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { statements } from "../../../../contract/schema.mjs";
import { eventually, Response, start } from "../../../edge/test/worker.mjs";

export const secret = "worker-test-secret-0123456789abcdefABCDEF";
const bindings = {
  BETTER_AUTH_SECRET: secret,
  BETTER_AUTH_URL: "http://localhost:8787",
  BETTER_AUTH_TRUSTED_ORIGINS: "http://localhost:5173",
  QWEN_API_KEY: "key",
  QWEN_REGION: "sg",
  QWEN_IMAGE_MODEL: "qwen-image-max",
  QWEN_IMAGE_EDIT_MODEL: "qwen-image-edit-max",
  QWEN_TIMEOUT_MS: "120000",
};

export const credits = 1000; // of each kind, for everybody

// picture begins as a PNG does.
export function picture(bytes) {
  const content = new Uint8Array(bytes).fill(0x5a);
  content.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return content;
}

// open starts the Worker on a migrated database. ask(request) is called for each call to DashScope, image(request) for
// each call to the host of its images; both may wait, and return a Response, or undefined for the usual. elsewhere(request)
// answers calls to other hosts. more are bindings besides the usual ones.
export async function open({
  gate = () => "go",
  around,
  ask = () => {},
  image = () => {},
  elsewhere,
  imageBytes = 1000,
  more = {},
} = {}) {
  const usual = picture(imageBytes);
  const edge = await start({
    gate,
    around,
    bindings: { ...bindings, ...more },
    d1Databases: ["DB"],
    r2Buckets: ["GENERATIONS_BUCKET"],
    outboundService: async (request) => {
      const { hostname } = new URL(request.url);
      if (elsewhere && hostname !== "images.example.test" && !hostname.endsWith("aliyuncs.com")) return elsewhere(request);
      if (hostname === "images.example.test") {
        return (
          (await image(request)) ??
          new Response(usual, { headers: { "content-type": "image/png", "content-length": String(usual.length) } })
        );
      }
      return (
        (await ask(request)) ??
        Response.json({
          request_id: "provider-request",
          output: { choices: [{ message: { content: [{ image: `https://images.example.test/${randomUUID()}.png` }] } }] },
        })
      );
    },
  });
  const database = await edge.worker.getD1Database("DB");
  for (const sql of statements(path.join(import.meta.dirname, "../../../../migrations"))) await database.prepare(sql).run();
  return { ...edge, edge, database, bucket: await edge.worker.getR2Bucket("GENERATIONS_BUCKET") };
}

// person signs somebody up who has credits, and returns the id and the cookie.
export async function person({ database }, { credits: has = credits } = {}) {
  const [id, token, now] = [randomUUID(), randomUUID(), Math.floor(Date.now() / 1000)];
  await database.batch([
    database.prepare("INSERT INTO user VALUES (?, 'Ada', ?, 0, NULL, ?, ?)").bind(id, `${id}@example.test`, now, now),
    database.prepare("INSERT INTO session VALUES (?, ?, ?, ?, ?, '', 'test', ?)").bind(id, now + 7 * 86_400, token, now, now, id),
    database.prepare("INSERT INTO user_profile VALUES (?, 'paid', ?, ?, ?, ?)").bind(id, has, has, now, now),
  ]);
  return { id, token, cookie: `better-auth.session_token=${sign(token)}` };
}

// sign makes the value of a signed cookie.
export function sign(value, key = secret) {
  return encodeURIComponent(`${value}.${createHmac("sha256", key).update(value).digest("base64")}`);
}

// order asks for an image. The gate is asked only if there is a name.
export function order(site, { cookie }, { name, workflow = "image-from-text", body = { prompt: "a red shoe" }, signal } = {}) {
  return site.get(`/api/workflows/${workflow}`, {
    method: "POST",
    signal,
    headers: { cookie, "content-type": "application/json", ...(name && { "x-case": name }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

// account is what the database says of a person's generations and credits.
export async function account({ database }, { id }) {
  const all = async (sql) => (await database.prepare(sql).bind(id).all()).results;
  const [profile] = await all(
    "SELECT credits_product_shoots + credits_ad_graphics AS credits FROM user_profile WHERE user_id = ?",
  );
  return {
    taken: 2 * credits - profile.credits,
    ledger: (await all("SELECT delta FROM credit_ledger WHERE user_id = ? ORDER BY delta")).map(({ delta }) => delta),
    generations: await all("SELECT id, status, r2_key, error_code FROM generation WHERE user_id = ?"),
  };
}

// isConsistent checks the account of somebody who has ordered one image.
export function isConsistent({ taken, ledger, generations }) {
  assert.ok(generations.length <= 1);
  const [generation] = generations;
  if (generation?.status === "succeeded") {
    assert.deepEqual([taken, ledger], [1, [-1]], "succeeded, and charged once");
  } else if (generation) {
    assert.equal(generation.status, "failed");
    assert.deepEqual([taken, ledger], [0, [-1, 1]], "failed, and refunded once");
  } else {
    assert.deepEqual([taken, ledger], [0, []], "nothing was begun, and nothing charged");
  }
}

// killer returns what kills the program's instance, each time as another client: in the killer's own goroutine, or by a timer
// that wakes somebody's. The site must run kill.mjs around it.
export function killer(site) {
  let count = 0;
  return async (how = "1") => {
    const address = `10.${count >> 16}.${(count >> 8) & 255}.${count++ & 255}`;
    const response = await site.get("/api/health?q=x-secret", {
      headers: { "x-kill": how, "cf-connecting-ip": address, "cf-ray": "8f1e2d3c4b5a6978" },
    });
    assert.ok(response.status === 500 || (how === "timer" && response.status === 200)); // a slow machine may ring before the answer
    await response.arrayBuffer();
  };
}

// settled waits until no request works on a person's generations, has the schedule finish what a dead one would leave,
// and returns the account.
export async function settled(site, who) {
  await resting(site);
  await site.database
    .prepare("UPDATE generation SET created_at = created_at - 86400 WHERE status = 'pending' AND user_id = ?")
    .bind(who.id)
    .run();
  await (await site.worker.getWorker()).scheduled({ cron: "* * * * *" });
  return account(site, who);
}

// memory is the program's in bytes, how many goroutines there are, and how many requests it works on.
export const memory = async (site) => (await site.get("/-/memory")).json();

// resting waits until no request is worked on, whether its client waits or not, and no goroutine of one is left: the runtime
// keeps a few for the next ones.
export const resting = (site) =>
  eventually(
    () => memory(site),
    ({ goroutines, running }) => running === 0 && goroutines <= 20,
  );

// Resident is workerd's memory, where the kernel tells it (Linux).
export class Resident {
  constructor() {
    this.pid = children().at(-1);
    if (this.pid) writeFileSync(`/proc/${this.pid}/clear_refs`, "5"); // the peak begins anew
    this.before = this.read("VmRSS");
  }

  read(field) {
    return this.pid
      ? Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${this.pid}/status`, "latin1"))[1]) * 1024
      : 0;
  }

  // grown is by how many bytes it was more at its peak.
  get grown() {
    return this.read("VmHWM") - this.before;
  }
}

function children() {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^\\d+ \\(workerd\\) \\S ${process.pid} `).test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      } catch {
        return false; // it has ended meanwhile
      }
    });
}

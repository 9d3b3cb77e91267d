// Which requests are refused because one like them has killed an instance.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, describe, test } from "node:test";
import { Body } from "../host/body.mjs";
import { named } from "../host/request.mjs";
import { clientOf } from "../host/sender.mjs";
import { Suspects } from "../host/suspects.mjs";
import { eventually, start } from "./worker.mjs";

const request = ({ address = "203.0.113.7", method = "POST", url = "/api/a?q=1", cookie = "c=1", agent = "x", proxy } = {}) =>
  new Request(new URL(url, "http://api.test"), {
    method,
    headers: { "cf-connecting-ip": address, cookie, "user-agent": agent, ...(proxy && { "x-addreams-client": proxy }) },
  });
const env = { BETTER_AUTH_SECRET: "cookie-secret", CLIENT_ADDRESS_SECRET: "proxy-secret" };
const mac = (key, text, encoding) => createHmac("sha256", key).update(text).digest(encoding);
const session = (token, key = env.BETTER_AUTH_SECRET) =>
  `__Secure-better-auth.session_token=${encodeURIComponent(`${token}.${mac(key, token, "base64")}`)}`;
const proxied = (address, { key = env.CLIENT_ADDRESS_SECRET, at = Math.floor(Date.now() / 1000), path = "/api/a" } = {}) =>
  `${address};t=${at};v=${mac(key, ["v1", "POST", path, address, at].join("\n"), "base64url")}`;
const bytes = (text) => new TextEncoder().encode(text);
const refused = async (suspects, one, text = "deep") => (await suspects.refusal(request(one), env, Body.of(bytes(text)))) > 0;

describe("after one death", () => {
  const cases = {
    "the same again": [{}, "deep", true],
    "the same, and more of it": [{}, "deeper", true],
    "another body": [{}, "flat", false],
    "a shorter body": [{}, "de", false],
    "another query": [{ url: "/api/a?q=2" }, "deep", false],
    "another route": [{ url: "/api/b?q=1" }, "deep", false],
    "another method": [{ method: "PUT" }, "deep", false],
    "other cookies": [{ cookie: "c=2" }, "deep", false],
    "another user agent": [{ agent: "y" }, "deep", false],
    "another client": [{ address: "203.0.113.8" }, "deep", false],
  };
  for (const [name, [one, text, want]] of Object.entries(cases)) {
    test(name, async () => {
      const suspects = new Suspects();
      assert.equal(suspects.active, false);
      suspects.note(request(), env, bytes("deep"));
      assert.equal(suspects.active, true);
      assert.equal(await refused(suspects, one, text), want);
    });
  }
});

test("a client that has sent two different killers is refused that route, and no other", async () => {
  const suspects = new Suspects();
  suspects.note(request(), env, bytes("deep"));
  suspects.note(request(), env, bytes("deeper"));
  assert.ok(await refused(suspects, { cookie: "", url: "/api/a" }, "flat"));
  assert.ok(!(await refused(suspects, { url: "/api/b" }, "flat")));
  assert.ok(!(await refused(suspects, { address: "203.0.113.8" }, "flat")));
});

test("where the address identifies no client, only what killed is refused", async () => {
  for (const address of ["", "2a06:98c0:3600::103"]) {
    const suspects = new Suspects();
    suspects.note(request({ address }), env, bytes("deep"));
    suspects.note(request({ address }), env, bytes("deeper"));
    assert.ok(await refused(suspects, { address }, "deep"));
    assert.ok(!(await refused(suspects, { address }, "flat")));
  }
});

test("clients that share an address do not close a route to each other", async () => {
  const shared = {
    "behind a proxy that names them": (person) => ({ proxy: proxied(`192.0.2.${person}`) }),
    "signed in": (person) => ({ cookie: `theme=dark; ${session(`token${person}`)}` }),
  };
  for (const [name, as] of Object.entries(shared)) {
    const suspects = new Suspects();
    for (const person of [1, 2]) suspects.note(request(as(person)), env, bytes(`deep ${person}`));
    assert.ok(await refused(suspects, as(1), "deep 1"), name);
    for (const person of [1, 2, 3]) assert.ok(!(await refused(suspects, as(person), "flat")), `${name}: ${person}`);
  }

  const suspects = new Suspects();
  for (const person of [1, 2]) suspects.note(request(shared["signed in"](1)), env, bytes(`deep ${person}`));
  assert.ok(await refused(suspects, shared["signed in"](1), "flat"), "one session is one client");
  assert.ok(!(await refused(suspects, {}, "flat")));
});

test("a client is not another one for what it writes into its headers", async () => {
  const disguises = {
    "a session that nobody has signed": (n) => ({ cookie: `better-auth.session_token=${n}` }),
    "a session with another's signature": (n) => ({ cookie: session(`token${n}`, "guess") }),
    "a cookie that is no text": () => ({ cookie: "better-auth.session_token=%ff.x" }),
    "an address that nobody has signed": (n) => ({ proxy: `192.0.2.${n}` }),
    "an address with another's signature": (n) => ({ proxy: proxied(`192.0.2.${n}`, { key: "guess" }) }),
    "an address that was signed for another route": (n) => ({ proxy: proxied(`192.0.2.${n}`, { path: "/api/b" }) }),
    "an address that was signed long ago": (n) => ({ proxy: proxied(`192.0.2.${n}`, { at: 1 }) }),
  };
  for (const [name, as] of Object.entries(disguises)) {
    const suspects = new Suspects();
    for (const n of [1, 2]) suspects.note(request({ ...as(n), agent: `agent ${n}` }), env, bytes(`deep ${n}`));
    assert.ok(await refused(suspects, { ...as(3), agent: "agent 3" }, "deep 3"), name);
  }
});

test("without a key nothing is signed", () => {
  for (const proxy of [proxied("192.0.2.1"), proxied("192.0.2.1", { key: "" })])
    assert.equal(clientOf(request({ proxy }), {}), "203.0.113.7");
  assert.equal(clientOf(request({ proxy: proxied("2001:db8::1") }), env), "2001:db8:0:0");
});

test("what was noted without certainty is refused from the second time on, and closes no route before", async () => {
  const suspects = new Suspects();
  suspects.note(request(), env, bytes("large"), false);
  suspects.note(request(), env, bytes("larger"), false);
  assert.ok(!(await refused(suspects, {}, "large")));
  assert.ok(!(await refused(suspects, {}, "flat")));

  suspects.note(request(), env, bytes("large"), false);
  assert.ok(await refused(suspects, {}, "large"));
  assert.ok(!(await refused(suspects, {}, "flat")));
});

test("an IPv6 client is the first half of its address", () => {
  const cases = {
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2",
    "2001:0DB8:0001:0002::1": "2001:db8:1:2",
    "2001:db8::1": "2001:db8:0:0",
    "::1": "0:0:0:0",
    "2a06:98c0:3600::103": "",
    "203.0.113.7": "203.0.113.7",
  };
  for (const [address, client] of Object.entries(cases)) assert.equal(clientOf(request({ address }), env), client);
});

test("a death is forgotten in time, and much is forgotten before", async (t) => {
  const { now } = Date;
  let passed = 0;
  Date.now = () => now() + passed;
  t.after(() => {
    Date.now = now;
  });
  const suspects = new Suspects();
  for (let count = 0; count < 10_000; count++)
    suspects.note(request({ address: `10.0.${count >> 8}.${count & 255}` }), env, bytes("deep"));
  assert.equal(suspects.places.size, 256);
  for (let count = 0; count < 100; count++) suspects.note(request(), env, bytes(`deep ${count}`));
  assert.equal([...suspects.places.values()].at(-1).prints.length, 8);
  assert.ok(!JSON.stringify([...suspects.places]).includes("203.0.113.7"), "only hashes are kept");

  passed += 5 * 60_000 + 1;
  assert.ok(!(await refused(suspects, {}, "flat")), "the route is open again");
  assert.ok(await refused(suspects, {}, "deep 99"));
  passed += 5 * 60_000;
  assert.ok(!(await refused(suspects, {}, "deep 99")));
  assert.equal(suspects.active, false);
});

test("the log names a request without what identifies a user", () => {
  const cases = {
    "/api/workflows/image-from-text?prompt=x": "POST /api/workflows/image-from-text",
    "/": "POST /",
    "/api/x/?a#b": "POST /api/x/",
    "/api/auth/reset-password/Ab3dEf9hIjKlMnOpQrStUvWxYz012345": "POST /api/auth/reset-password/*",
    "/api/history/6f1c2b1e-8a57-4b3e-9d0a-0c6f5d1f2a3b/asset": "POST /api/history/*/asset",
    "/eve@example.test/%65ve": "POST /*/*",
  };
  for (const [url, want] of Object.entries(cases)) assert.equal(named(request({ url })), want);
});

// In workerd, from outside.
const worker = await start();
after(() => worker.stop());

const send = (target, text, address = "198.51.100.1") =>
  worker.get(target, { method: "POST", body: text, headers: { "cf-connecting-ip": address } });

test("the second request that would kill is refused before the program gets it, and says what to do", async () => {
  const deaths = () => worker.log.split("The Go instance has died").length - 1;

  assert.equal((await send("/die/exit?1", "a")).status, 500);
  await eventually(deaths, (count) => count === 1);
  const second = await send("/die/exit?1", "a");
  assert.equal(second.status, 503);
  assert.equal(second.headers.get("retry-after"), "600");
  const { error } = await second.json();
  assert.equal(error.code, "SERVICE_UNAVAILABLE");
  assert.match(error.message, /10 minutes/);
  assert.equal((await send("/die/exit?2", "a")).status, 500, "another one is not known yet");
  assert.equal((await send("/die/exit?3", "a")).status, 503, "from here on the route is closed to this client");
  await eventually(deaths, (count) => count === 2);
  const others = await send("/read?buffer=100", "a body of a neighbour");
  assert.equal((await others.json()).bytes, 21);
});

test("a body that was looked into is whole", async () => {
  assert.equal((await send("/die/panic", "x", "198.51.100.2")).status, 500);
  const text = "y".repeat(100_000);
  assert.equal((await (await send("/read?buffer=1000", text, "198.51.100.2")).json()).bytes, 100_000);
});

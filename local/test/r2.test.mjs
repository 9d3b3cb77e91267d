import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCloud } from "./harness.mjs";

describe("R2", () => {
  let cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.remove());

  test("a bucket is created, read, listed and deleted", async () => {
    const created = await cloud.api("POST", "/r2/buckets", { name: "one", locationHint: "weur" });
    assert.equal(created.status, 200);
    assert.deepEqual([created.result.name, created.result.location], ["one", "WEUR"]);
    assert.equal((await cloud.api("GET", "/r2/buckets/one")).result.name, "one");
    assert.deepEqual(
      (await cloud.api("GET", "/r2/buckets")).result.buckets.map(({ name }) => name),
      ["one"],
    );
    assert.equal((await cloud.api("DELETE", "/r2/buckets/one")).status, 200);

    const gone = await cloud.api("GET", "/r2/buckets/one");
    assert.deepEqual([gone.status, gone.errors[0].code], [404, 10006]);
  });

  test("a name that is taken or bad is refused", async () => {
    await cloud.api("POST", "/r2/buckets", { name: "taken" });
    const again = await cloud.api("POST", "/r2/buckets", { name: "taken" });
    assert.deepEqual([again.status, again.errors[0].code], [409, 10004]);
    assert.equal((await cloud.api("POST", "/r2/buckets", { name: "Bad_Name" })).errors[0].code, 10005);
  });

  test("lifecycle rules are replaced as a whole, and checked", async () => {
    const lifecycle = "/r2/buckets/aging/lifecycle";
    await cloud.api("POST", "/r2/buckets", { name: "aging" });
    const { rules } = (await cloud.api("GET", lifecycle)).result;
    assert.deepEqual(
      rules.map(({ id }) => id),
      ["Default Multipart Abort Rule"],
    );

    const age = { condition: { type: "Age", maxAge: 60 } };
    const own = { id: "own", enabled: true, conditions: { prefix: "" }, deleteObjectsTransition: age };
    assert.equal((await cloud.api("PUT", lifecycle, { rules: [own] })).status, 200);
    const refused = [
      [own, own],
      [{ ...own, id: undefined }],
      [{ ...own, enabled: "yes" }],
      [{ ...own, conditions: undefined }],
      [{ ...own, deleteTransition: age }],
      [{ ...own, deleteObjectsTransition: { condition: { type: "Age", maxAge: "1d" } } }],
    ];
    for (const list of refused) {
      assert.equal((await cloud.api("PUT", lifecycle, { rules: list })).status, 400, JSON.stringify(list));
    }
    assert.deepEqual((await cloud.api("GET", lifecycle)).result.rules, [own]);
    assert.equal((await cloud.api("GET", "/r2/buckets/aging")).result.rules, undefined);
    await cloud.api("DELETE", "/r2/buckets/aging");
  });

  test("objects are put, listed by page, read and deleted, and hold the bucket", async () => {
    const objects = "/r2/buckets/full/objects";
    await cloud.api("POST", "/r2/buckets", { name: "full" });
    const keys = ["users/ä 1/a.png", "users/1/b.png", "other"];
    for (const key of keys) {
      const headers = { "content-type": "image/png" };
      const put = await cloud.api("PUT", `${objects}/${encodeURIComponent(key)}`, Buffer.from([0, 255, 1]), { headers });
      assert.equal(put.status, 200);
    }
    const refused = await cloud.api("DELETE", "/r2/buckets/full");
    assert.deepEqual([refused.status, refused.errors[0].code], [409, 10008]);

    const first = await cloud.api("GET", `${objects}?per_page=2`);
    assert.equal(first.info.is_truncated, true);
    const second = await cloud.api("GET", `${objects}?per_page=2&cursor=${encodeURIComponent(first.info.cursor)}`);
    assert.deepEqual([...first.result, ...second.result].map(({ key }) => key).sort(), [...keys].sort());
    assert.equal(first.result[0].http_metadata.contentType, "image/png");
    assert.deepEqual(
      (await cloud.api("GET", `${objects}?prefix=users/1/`)).result.map(({ key }) => key),
      ["users/1/b.png"],
    );

    const read = await cloud.api("GET", `${objects}/${encodeURIComponent(keys[0])}`);
    assert.deepEqual([...read.bytes], [0, 255, 1]);
    assert.equal(read.headers.get("content-type"), "image/png");

    await cloud.api("DELETE", `${objects}/${encodeURIComponent(keys[0])}`);
    assert.equal((await cloud.api("GET", `${objects}/${encodeURIComponent(keys[0])}`)).status, 404);
    await cloud.api("DELETE", objects, keys.slice(1));
    assert.deepEqual((await cloud.api("GET", objects)).result, []);
    assert.equal((await cloud.api("DELETE", "/r2/buckets/full")).status, 200);
  });
});

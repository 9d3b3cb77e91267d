// The scheduled handler, and the two forms of the bundle.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { atRest, logged, start, state } from "./worker.mjs";

for (const [form, modules] of [
  ["one module", false],
  ["two modules", true],
]) {
  describe(`as ${form}`, () => {
    let worker;
    before(async () => {
      worker = await start({ modules });
    });
    after(() => worker.stop());

    const run = async (cron, time) => (await worker.miniflare.getWorker()).scheduled({ cron, scheduledTime: new Date(time) });

    test("a request is answered", async () => {
      assert.match((await state(worker)).instance, /^[0-9a-f-]{36}$/);
    });

    test("a scheduled run gets its cron and its time", async () => {
      assert.equal((await run("*/5 * * * *", 1_770_000_000_000)).outcome, "ok");
      await logged(worker, "scheduled */5 * * * * 1770000000000");
    });

    test("a run that fails is reported as failed, and the instance goes on", async () => {
      const { instance } = await state(worker);
      assert.equal((await run("fail", 0)).outcome, "exception");
      await logged(worker, "scheduled fail 0");
      assert.equal((await atRest(worker)).instance, instance);
    });
  });
}

// The scheduled handler, and the two forms of the bundle.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { atRest, logged, start, state } from "./worker.mjs";

for (const [form, modules] of [
  ["one module", false],
  ["two modules", true],
]) {
  describe(`as ${form}`, () => {
    let edge;
    before(async () => {
      edge = await start({ modules });
    });
    after(() => edge.stop());

    const run = async (cron, time) => (await edge.worker.getWorker()).scheduled({ cron, scheduledTime: new Date(time) });

    test("a request is answered", async () => {
      assert.match((await state(edge)).instance, /^[0-9a-f-]{36}$/);
    });

    test("a scheduled run gets its cron and its time", async () => {
      assert.equal((await run("*/5 * * * *", 1_770_000_000_000)).outcome, "ok");
      await logged(edge, "scheduled */5 * * * * 1770000000000");
    });

    test("a run that fails is told as failed, and the instance goes on", async () => {
      const { instance } = await state(edge);
      assert.equal((await run("fail", 0)).outcome, "exception");
      await logged(edge, "scheduled fail 0");
      assert.equal((await atRest(edge)).instance, instance);
    });
  });
}

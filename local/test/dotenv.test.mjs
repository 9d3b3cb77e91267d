// wrangler reads .dev.vars with the npm package dotenv. This compares dotenv with the table that tests the project's reader.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "dotenv";

const table = join(import.meta.dirname, "../../app/dotenv/testdata/lines.json");

for (const { name, text, want } of JSON.parse(readFileSync(table, "utf8"))) {
  test(`dotenv reads ${name}`, () => assert.deepEqual({ ...parse(Buffer.from(text)) }, want));
}

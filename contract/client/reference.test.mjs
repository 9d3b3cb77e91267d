// The page of GET /api/reference shows every operation in Chromium, and loads nothing from elsewhere. REFERENCE_LOOK names a file
// for a picture of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { bindings } from "../secrets.mjs";
import { nativeTarget } from "../targets.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const binary = path.join(root, ".local/reference-native");

// browserPath finds Chromium; undefined if there is none.
function browserPath() {
  const folders = process.env.PATH.split(path.delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

const executablePath = browserPath();
const skip = !executablePath && !process.env.ADDREAMS_TEST_COMPLETE && "it needs Chromium";

test("the reference shows every operation", { skip }, async (t) => {
  execFileSync("go", ["build", "-o", binary, "./contract/native"], { cwd: root });
  const target = await nativeTarget({ binary, bindings, answer: async () => ({ status: 404, headers: {}, body: "" }) });
  t.after(() => target.stop());
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const problems = [];
  const asked = new Set();
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => asked.add(request.url()));

  const answer = await page.goto(new URL("/api/reference", target.base).href);
  await page.getByRole("heading", { name: "AdDreams API" }).waitFor();
  const description = await (await fetch(new URL("/api/openapi.json", target.base))).json();
  const summaries = Object.values(description.paths).flatMap((item) => Object.values(item).map(({ summary }) => summary));
  const shown = await page.locator("h2").allInnerTexts();

  if (process.env.REFERENCE_LOOK) await page.screenshot({ path: process.env.REFERENCE_LOOK });
  for (const summary of summaries)
    assert.ok(
      shown.some((text) => text.trim() === summary),
      `${summary} is not shown: ${shown}`,
    );
  assert.match(answer.headers()["content-security-policy"], /^default-src 'none'; script-src 'self';/);
  for (const url of asked)
    assert.ok(url.startsWith(target.base.origin) || url.startsWith("data:") || url.startsWith("blob:"), url);
  assert.deepEqual(problems, []);

  await page.getByPlaceholder("Search...").fill("ledger");
  await page
    .getByRole("menuitem", { name: /ledger/ })
    .first()
    .waitFor();
  assert.deepEqual(problems, [], "also while it searches");
});

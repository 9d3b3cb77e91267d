import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cell, closeBrowser, has, openStudio, openTable, reads } from "./studio.mjs";

after(closeBrowser);

test("browse: tables, counts, pages, order", async () => {
  const { page, home, problems, requests, close } = await openStudio();

  await openTable(page, "user");
  await page.getByRole("link", { name: /^user\s*240$/ }).waitFor();
  await reads(page.locator(".pager .status"), /page 1 · 100 rows · of 240/);
  await page.getByRole("button", { name: "Next ›" }).click();
  await cell(page, 0, "id").getByText("user-101").waitFor();
  await page.getByRole("button", { name: "‹ Previous" }).click();
  await cell(page, 0, "id").getByText("user-001").waitFor();

  await page.getByRole("button", { name: "email", exact: true }).click();
  await cell(page, 0, "email").getByText("user100@example.com").waitFor();
  await page.getByRole("button", { name: "email ↑" }).click();
  await cell(page, 0, "email").getByText("user9@example.com").waitFor();
  await page.goBack();
  await cell(page, 0, "email").getByText("user100@example.com").waitFor();

  await reads(cell(page, 0, "email_verified"), /^✓ true$/);
  await reads(cell(page, 0, "created_at"), /^2025-11-28 20:00:00$/);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    requests.filter((address) => !address.startsWith(home) && !address.startsWith("data:")),
    [],
    "nothing is loaded from elsewhere",
  );
  await close();
});

test("a click is followed while counts come in", async () => {
  const { page, close } = await openStudio();
  const tables = page.getByRole("navigation", { name: "Tables" });
  let isPressed = () => {};
  const pressed = new Promise((resolve) => {
    isPressed = resolve;
  });
  await page.route(/counts/, (route) => pressed.then(() => route.continue()));
  await page.reload();

  await tables.getByRole("link", { name: "user_profile" }).hover();
  await page.mouse.down();
  isPressed();
  await tables.locator("li:last-child .count:not(:empty)").waitFor();
  await page.mouse.up();

  await page.getByRole("heading", { name: "user_profile", exact: true, level: 1 }).waitFor();
  await close();
});

test("follow references both ways, and see images and JSON", async () => {
  const { page, problems, close } = await openStudio();

  await openTable(page, "generation");
  await cell(page, 1, "id").click();
  await page.keyboard.press("Space");
  const detail = page.getByRole("complementary", { name: "Row" });
  await detail.getByText('"prompt"').waitFor();
  await reads(detail.locator("pre").first(), /^\{\n {2}"prompt": "A bottle of perfume/);
  const picture = detail.locator("dd img.picture");
  await picture.waitFor();
  await page.waitForFunction((image) => image.naturalWidth === 240, await picture.elementHandle());
  await has(detail.locator(".pictures img"), 2);

  await detail.getByRole("link", { name: "generation_asset.generation_id 2" }).click();
  await page.getByRole("heading", { name: "generation_asset", exact: true, level: 1 }).waitFor();
  await has(page.locator(".tabulator-row"), 2);
  await cell(page, 0, "generation_id").click();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "generation", exact: true, level: 1 }).waitFor();
  await cell(page, 0, "id").getByText("gen-0002").waitFor();
  await has(page.locator(".tabulator-row"), 1);
  await cell(page, 0, "user_id").getByRole("link", { name: "Follow to user" }).click();
  await page.getByRole("heading", { name: "user", exact: true, level: 1 }).waitFor();
  await cell(page, 0, "id").getByText("user-003").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("say why images are not shown", async () => {
  const { page, close } = await openStudio({ bare: true });

  await openTable(page, "generation_asset");
  await cell(page, 0, "r2_key").click();
  await page.keyboard.press("Space");
  await page.getByText("The images are not read from here.").waitFor();
  await close();
});

test("filter by column", async () => {
  const { page, problems, close } = await openStudio();

  await openTable(page, "generation");
  await page.getByLabel("Column").selectOption("status");
  await page.getByLabel("Value").fill("failed");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.locator(".chip", { hasText: "status = failed" }).waitFor();
  await cell(page, 0, "id").getByText("gen-0007").waitFor();
  await reads(page.locator(".pager .status"), /57 rows/);

  await page.getByLabel("Column").selectOption("created_at");
  await page.getByLabel("Comparison").selectOption("ge");
  await page.getByLabel("Value").fill("2025-12-10");
  await page.keyboard.press("Enter");
  await page.locator(".chip", { hasText: "created_at ≥ 2025-12-10 00:00:00" }).waitFor();
  await cell(page, 0, "id").getByText("gen-0266").waitFor();

  await page.getByRole("button", { name: "Remove the filter status = failed" }).click();
  await cell(page, 0, "id").getByText("gen-0265").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("secrets are masked until they are asked for", async () => {
  const { page, close } = await openStudio();

  await openTable(page, "account");
  await reads(cell(page, 0, "password"), /^••••••$/);
  assert.doesNotMatch(await page.content(), /scrypt:/);
  await page.getByRole("button", { name: "Show password" }).click();
  await cell(page, 0, "password")
    .getByText(/^scrypt:/)
    .waitFor();
  await page.getByRole("button", { name: "Hide password" }).click();
  await cell(page, 0, "password").getByText("••••••").waitFor();
  await close();
});

test("look only, without --write", async () => {
  const { page, exec, close } = await openStudio();

  await openTable(page, "user");
  await page.getByText("read-only").waitFor();
  await cell(page, 0, "name").dblclick();
  await page.getByRole("complementary", { name: "Row" }).getByText("user1@example.com").waitFor();
  assert.equal(await page.locator(".tabulator-editing").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Delete row" }).count(), 0);
  await page.getByRole("link", { name: "SQL", exact: true }).click();
  await page.locator(".cm-content").fill("DELETE FROM rate_limit");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("alert").getByText("This studio only reads.").waitFor();
  assert.deepEqual(await exec("SELECT count(*) FROM rate_limit"), [[1]]);
  await close();
});

test("a million rows", async () => {
  const { page, problems, close } = await openStudio({ large: true });

  await openTable(page, "event");
  await page.getByRole("link", { name: /^event\s*100,000\+$/ }).waitFor();
  const millis = async () => Number(/([\d.,]+) ms/.exec(await page.locator(".pager .status").textContent())[1].replace(",", ""));
  assert.ok((await millis()) < 2000, `${await millis()} ms`);
  await page.getByRole("button", { name: "kind", exact: true }).click();
  await cell(page, 0, "kind").getByText("kind 0").waitFor();
  await page.getByRole("button", { name: "Next ›" }).click();
  await page.getByText("page 2").waitFor();
  assert.ok((await millis()) < 2000, `${await millis()} ms`);
  assert.deepEqual(problems, []);
  await close();
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { closeBrowser, has, openStudio, reads } from "./studio.mjs";

after(closeBrowser);

async function openSQL(page, sql) {
  await page.getByRole("link", { name: "SQL", exact: true }).click();
  await page.locator(".cm-content").fill(sql);
  await page.keyboard.press("Escape");
}

async function saved(page, name) {
  const download = page.waitForEvent("download");
  await page.locator(".result").getByRole("button", { name }).click();
  return readFile(await (await download).path(), "utf8");
}

test("run SQL: result, cost, history, CSV and JSON", async () => {
  const { page, problems, close } = await openStudio();

  await openSQL(page, "SELECT id, name, image, email_verified FROM user ORDER BY id LIMIT 2");
  await page.keyboard.press("Control+Enter");
  await page.locator(".result").getByText("2 rows").waitFor();
  await reads(page.locator(".cost"), /^[\d.]+ ms · SQLite does not count/);
  await has(page.locator(".tabulator-row"), 2);
  assert.match(await saved(page, "CSV"), /^id,name,image,email_verified\r\nuser-001,[^,]+,,1\r\n/);
  const [first] = JSON.parse(await saved(page, "JSON"));
  assert.deepEqual([first.id, first.image, first.email_verified], ["user-001", null, 1]);

  await page.reload();
  await page
    .getByRole("complementary", { name: "History" })
    .getByRole("button", { name: /^SELECT id, name/ })
    .click();
  await reads(page.locator(".cm-content"), /^SELECT id, name, image/);
  assert.deepEqual(problems, []);
  await close();
});

test("a SQL error is shown", async () => {
  const { page, close } = await openStudio();

  await openSQL(page, "SELECT nme FROM user");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("alert").getByText("no such column: nme").waitFor();
  await page.getByRole("complementary", { name: "History" }).getByText("failed").waitFor();
  await close();
});

test("names are completed", async () => {
  const { page, close } = await openStudio();

  await page.getByRole("link", { name: "SQL", exact: true }).click();
  await page.locator(".cm-content").click();
  await page.keyboard.type("SELECT * FROM credit_l");
  await page.locator(".cm-tooltip-autocomplete").getByText("credit_ledger").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".cm-content").fill("");
  await page.locator(".cm-content").pressSequentially("SELECT user_profile.cred", { delay: 30 }); // as somebody types
  await page.locator(".cm-tooltip-autocomplete").getByText("credits_ad_graphics").waitFor();
  await close();
});

test("the query plan", async () => {
  const { page, close } = await openStudio();

  await openSQL(page, "SELECT * FROM user WHERE email = 'a'; SELECT * FROM user WHERE name = 'a'");
  await page.getByRole("button", { name: "Plan" }).click();
  await page.locator(".plan .search", { hasText: "USING INDEX user_email_unique" }).waitFor();
  await page.locator(".plan .scan", { hasText: "SCAN user" }).waitFor();
  await close();
});

test("the schema as a diagram", async () => {
  const { page, exec, problems, close } = await openStudio();
  const [[keys]] = await exec(
    "SELECT count(*) FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) WHERE t.type = 'table'",
  );

  await page.getByRole("link", { name: "Schema", exact: true }).click();
  await page.getByRole("link", { name: "Table generation_asset" }).waitFor();
  await has(page.locator(".edges > g:not(.implied)"), keys);
  await page.locator(".edges > g.implied").nth(3).waitFor({ state: "attached" }); // references by their names
  const overlapping = await page.locator(".box rect").evaluateAll((rects) => {
    const boxes = rects.map((rect) => rect.getBoundingClientRect());
    return boxes.filter((a, i) =>
      boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    ).length;
  });
  assert.equal(overlapping, 0);
  await page.getByRole("link", { name: "Table user_profile" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "user_profile", exact: true, level: 1 }).waitFor();
  await page.getByRole("link", { name: "Definition" }).click();
  await page.getByText("CREATE TABLE `user_profile`").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("migrations: state, effect, restore points, the plan of a pending one", async () => {
  const { page, problems, close } = await openStudio();

  await page.getByRole("link", { name: "Migrations", exact: true }).click();
  const pending = page.locator(".pending");
  await pending.getByText("0099_preferences.sql").waitFor();
  assert.deepEqual(await pending.locator("li code").allTextContents(), [
    "+ table preference",
    "+ column user.locale",
    "+ index generation_workflow_idx",
  ]);
  await pending.getByText("additive").waitFor();
  await page.getByText("The schema is what the applied files make.").waitFor();
  await page.getByText("db migrate --local").waitFor();
  const restore = page.getByRole("row", { name: /0006_account_guards/ }).getByRole("button");
  assert.match(await restore.getAttribute("title"), /db restore --local --bookmark 00000085-/);
  assert.deepEqual(problems, []);
  await close();
});

test("refused without the secret", async () => {
  const { page, context, link, home, close } = await openStudio();

  const again = await page.goto(link);
  assert.equal(again.status(), 403, "the address works once");
  const other = await (await context.browser().newContext()).newPage();
  assert.equal((await other.goto(`${home}/`)).status(), 403);
  assert.equal((await other.goto(`${home}/api/schema`)).status(), 403);
  assert.equal((await other.goto(`${home.replace("127.0.0.1", "localhost")}/`)).status(), 421, "another name of this machine");
  await close();
});

test("another site reaches nothing", async () => {
  const { context, home, close } = await openStudio();
  const site = await context.newPage();
  await site.route("http://evil.test/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>Another site</h1>" }));
  await site.goto("http://evil.test/");

  const reached = await site.evaluate(async (address) => {
    const read = async (path, options) => {
      try {
        const answer = await fetch(address + path, { credentials: "include", ...options });
        return answer.status;
      } catch {
        return "refused";
      }
    };
    return [await read("/api/schema"), await read("/api/sql", { method: "POST", body: '{"sql":"SELECT 1"}' })];
  }, home);

  assert.deepEqual(reached, ["refused", "refused"]);
  await close();
});

test("everything by the keyboard, and in the dark", async () => {
  const { page, problems, close } = await openStudio({}, { colorScheme: "dark" });

  await page.locator(".tabulator-row").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("session");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "session", exact: true, level: 1 }).waitFor();
  await page.locator(".tabulator-row").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains("tabulator-tableholder"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.getElementById("live")?.textContent.startsWith("expires_at: "));
  await page.keyboard.press("Space");
  await page.getByRole("complementary", { name: "Row" }).getByRole("heading", { name: "session" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.classList.contains("tabulator-tableholder"));
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Value");
  await page.keyboard.press("Enter");
  await page.locator(".chip").waitFor();
  await page.locator(".tabulator-row").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains("tabulator-tableholder"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".tabulator") === null), true, "Tab leaves the grid");
  await page.keyboard.press("Alt+2");
  await page.locator(".cm-content").waitFor();
  await page.keyboard.press("Alt+3");
  await page.locator(".canvas").waitFor();
  await page.keyboard.press("4");
  await page.locator(".migrations").waitFor();
  await page.keyboard.press("3");
  await page.locator(".canvas").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();

  const [ground, ink] = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color].map((colour) => Number(/\d+/.exec(colour)[0]));
  });
  assert.ok(ground < 60 && ink > 180, "dark ground, light text");
  assert.deepEqual(problems, []);
  await close();
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cell, closeBrowser, openStudio, openTable } from "./studio.mjs";

after(closeBrowser);

const review = (page) => page.getByRole("button", { name: "Review and apply" }).click();
const dialog = (page) => page.getByRole("dialog", { name: "Changes" });

async function edit(page, row, column, text) {
  await cell(page, row, column).click();
  await page.keyboard.press("Enter");
  await page.getByLabel("New value").fill(text);
  await page.keyboard.press("Enter");
}

test("edit, add and delete rows in one batch, by the keyboard", async () => {
  const { page, exec, problems, close } = await openStudio({ write: true });

  await openTable(page, "user_profile");
  await edit(page, 0, "account_type", "it's pro");
  await cell(page, 0, "account_type").and(page.locator(".staged")).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Delete");
  await page.getByRole("button", { name: "+ Row" }).click();
  await page.getByLabel("user_id", { exact: true }).fill("user-new");
  await page.getByRole("button", { name: "Stage" }).click();
  await page.getByText("3 rows are changed, and not written yet.").waitFor();
  assert.deepEqual(await exec("SELECT count(*) FROM user_profile WHERE account_type = 'it''s pro'"), [[0]], "staged only");

  await review(page);
  await dialog(page).getByText("UPDATE \"user_profile\" SET \"account_type\" = 'it''s pro' WHERE rowid = 1").waitFor();
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });

  assert.deepEqual(
    await exec(
      "SELECT group_concat(user_id || ' ' || account_type, ', ') FROM user_profile WHERE user_id IN ('user-001', 'user-002', 'user-new')",
    ),
    [["user-001 it's pro, user-new free"]],
  );
  await cell(page, 0, "account_type").getByText("it's pro").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("NULL, booleans and times", async () => {
  const { page, exec, close } = await openStudio({ write: true });

  await openTable(page, "user");
  await edit(page, 0, "email_verified", "false");
  await edit(page, 0, "created_at", "2026-01-02 03:04:05");
  await edit(page, 0, "image", "x");
  await edit(page, 1, "image", "y");
  await cell(page, 1, "image").click();
  await page.keyboard.press("Control+0");
  await review(page);
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });

  assert.deepEqual(
    await exec("SELECT email_verified, typeof(email_verified), created_at, image FROM user WHERE id = 'user-001'"),
    [[0, "integer", 1767323045, "x"]],
  );
  assert.deepEqual(await exec("SELECT image FROM user WHERE id = 'user-002'"), [[null]]);
  await close();
});

test("text of several lines, and long text", async () => {
  const { page, exec, close } = await openStudio({ write: true });
  await exec(
    "UPDATE user SET name = 'two' || char(10) || 'lines', image = printf('%.1200c', 'x') || 'end' WHERE id = 'user-001'",
  );

  await openTable(page, "user");
  await cell(page, 0, "name").dblclick();
  const text = page.locator("dialog textarea:enabled");
  await text.waitFor();
  assert.equal(await text.inputValue(), "two\nlines");
  await text.fill("three\nmore\nlines");
  await page.getByRole("button", { name: "Stage" }).click();
  await cell(page, 0, "image").click();
  await page.keyboard.press("Enter");
  await text.waitFor();
  assert.match(await text.inputValue(), /^x{1200}end$/, "the whole of it");
  await text.press("End");
  await text.fill(`${await text.inputValue()}less`);
  await page.getByRole("button", { name: "Stage" }).click();
  await review(page);
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });

  assert.deepEqual(await exec("SELECT name, length(image), substr(image, -7) FROM user WHERE id = 'user-001'"), [
    ["three\nmore\nlines", 1207, "endless"],
  ]);
  await close();
});

test("a conflict with a change made meanwhile", async () => {
  const { page, exec, problems, close } = await openStudio({ write: true });

  await openTable(page, "user");
  await edit(page, 0, "name", "Mine");
  await edit(page, 1, "name", "Fine");
  await review(page);
  await dialog(page).getByText("SET \"name\" = 'Mine'").waitFor();
  await exec("UPDATE user SET email = 'other@example.com' WHERE id = 'user-001'");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).getByText("1 row was changed meanwhile, so nothing was written.").waitFor();
  await dialog(page).getByRole("cell", { name: "other@example.com" }).waitFor();
  assert.deepEqual(await exec("SELECT count(*) FROM user WHERE name IN ('Mine', 'Fine')"), [[0]], "nothing was written");

  await dialog(page).getByRole("button", { name: "Keep mine on the row as it is now" }).click();
  await dialog(page).getByText("SET \"name\" = 'Mine'").waitFor();
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });
  assert.deepEqual(await exec("SELECT name, email FROM user WHERE id = 'user-001'"), [["Mine", "other@example.com"]]);
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("409")),
    [],
  );
  await close();
});

test("a constraint refuses the batch", async () => {
  const { page, exec, close } = await openStudio({ write: true });

  await openTable(page, "user");
  await edit(page, 0, "email", "user2@example.com");
  await review(page);
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).getByRole("alert").getByText("UNIQUE constraint failed: user.email").waitFor();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  assert.deepEqual(await exec("SELECT email FROM user WHERE id = 'user-001'"), [["user1@example.com"]]);
  await close();
});

test("production wants the database's name", async () => {
  const { page, exec, close } = await openStudio({ write: true, confirm: "addreams-db-prod" });

  await page.getByText("writes to production").waitFor();
  await openTable(page, "user");
  await edit(page, 0, "name", "Changed");
  await review(page);
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).getByRole("alert").getByText("Type the database's name, addreams-db-prod").waitFor();
  assert.deepEqual(await exec("SELECT count(*) FROM user WHERE name = 'Changed'"), [[0]]);
  await dialog(page).getByLabel("The database's name").fill("addreams-db-prod");
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });
  assert.deepEqual(await exec("SELECT count(*) FROM user WHERE name = 'Changed'"), [[1]]);
  await close();
});

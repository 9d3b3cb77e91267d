// Pictures of the page, in the folder that is named. STUDIO_LAB and CHROMIUM are set as for the tests.
import { cell, closeBrowser, openStudio, openTable } from "./studio.mjs";

const folder = process.argv[2];
const query = `SELECT u.id, u.name, count(*) AS n, max(g.created_at) AS created_at
FROM generation AS g
JOIN user AS u ON u.id = g.user_id
GROUP BY u.id
ORDER BY n DESC`;

async function look(colorScheme) {
  const { page, close } = await openStudio({ write: true }, { colorScheme, viewport: { width: 1200, height: 700 } });
  const shoot = (name) => page.screenshot({ path: `${folder}/studio-${name}-${colorScheme}.png` });
  const tab = (name) => page.getByRole("link", { name, exact: true }).click();

  await openTable(page, "generation");
  await page.getByRole("link", { name: /^user_profile\s*240$/ }).waitFor();
  await tab("Schema");
  await page.locator(".box").first().waitFor();
  await shoot("schema");
  await page.goBack();

  await cell(page, 2, "status").click();
  await page.keyboard.press("Space");
  await page.locator(".pictures img").nth(1).waitFor();
  await page.locator("aside.detail").evaluate((element) => element.scrollTo(0, 230));
  await page.waitForTimeout(500); // the images are decoded
  await shoot("rows");

  await page.keyboard.press("Escape");
  await cell(page, 3, "status").click();
  await page.keyboard.press("Enter");
  await page.getByLabel("New value").fill("failed");
  await page.keyboard.press("Enter");
  await cell(page, 5, "status").click();
  await page.keyboard.press("Control+Delete");
  await shoot("staged");
  await page.getByRole("button", { name: "Review and apply" }).click();
  await page.getByText("These statements run").waitFor();
  await shoot("review");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "+ Row" }).click();
  await shoot("new");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard" }).click();

  await tab("Definition");
  await page.getByText("CREATE TABLE").waitFor();
  await shoot("definition");
  await tab("Migrations");
  await page.locator(".pending").waitFor();
  await shoot("migrations");
  await tab("SQL");
  await page.locator(".cm-content").fill(query);
  await page.keyboard.press("Control+Enter");
  await page.locator(".result .tabulator-row").first().waitFor();
  await shoot("sql");
  await close();
}

await look("light");
await look("dark");
await closeBrowser();

import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const lab = process.env.STUDIO_LAB;

async function ask(path, body) {
  const answer = await fetch(lab + path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

let browser;

/** Ends the browser that all tests of a file share. */
export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/**
 * Opens a studio of its own in a window of its own. exec(sql) works on its database behind the page's back; problems are
 * what the browser has complained of, as of its Content Security Policy.
 */
export async function openStudio(options = {}, window = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM });
  const { link, studio } = await ask("/studio", options);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...window });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const problems = [];
  const requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(link);
  const exec = (sql) => ask("/exec", { studio: Number(studio), sql });
  const home = new URL(link).origin;

  return { page, context, link, home, exec, problems, requests, close: () => context.close() };
}

/** Goes to a table by the list. */
export async function openTable(page, name) {
  await page.getByRole("navigation", { name: "Tables" }).getByRole("link", { name, exact: false }).first().click();
  await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
  await page.locator(".tabulator-row").first().waitFor();
}

/** The cell of a row, counted from 0, in a column. */
export function cell(page, row, column) {
  return page.locator(".tabulator-row").nth(row).locator(`.tabulator-cell[aria-label^="${column}: "]`);
}

/** Waits until a question has an answer that will do. What a page shows comes bit by bit. */
async function until(ask, isDone, wanted) {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await ask();
    if (isDone(found)) return;
    if (Date.now() > end) throw new Error(`${JSON.stringify(found)} instead of ${wanted}`);
    await sleep(50);
  }
}

/** Waits until so many elements are there. */
export const has = (elements, count) =>
  until(
    () => elements.count(),
    (found) => found === count,
    `${count}: ${elements}`,
  );

/** Waits until the text of an element matches. */
export const reads = (element, pattern) =>
  until(
    () => element.textContent(),
    (text) => pattern.test(text),
    pattern,
  );

import { api } from "./api.js";
import { confirmField, openDialog } from "./dialog.js";
import { button, failure, h, show } from "./dom.js";
import { saveFile, toCSV, toJSON } from "./download.js";
import { chosenText, setText, sqlEditor } from "./editor.js";
import { cellNode, millisText } from "./format.js";
import { grid } from "./grid.js";
import { historyPanel, remember } from "./history.js";
import { loadSchema, state } from "./state.js";

// What stands in the editor while the page is open, also when another tab is looked at.
let draft = "";

/** The tab of SQL. Returns a function that ends it. */
export function sqlView(main, refreshed) {
  const results = h("div", { class: "results", "aria-live": "polite" });
  const holder = h("div", { class: "editor" });
  const reveal = h("input", { type: "checkbox" });
  const grids = [];
  const past = historyPanel((sql) => setText(editor, sql));
  const toolbar = h(
    "div",
    { class: "toolbar" },
    button("Run", run, { class: "primary", title: "Ctrl+Enter" }),
    button("Plan", explain, { title: "Ctrl+Shift+Enter" }),
    h("label", { class: "check" }, reveal, " show secrets"),
    h("span", { class: "space" }),
    h(
      "span",
      { class: "hint" },
      state.info.write ? "Statements run as one batch, all or nothing." : "Only statements that read are run.",
    ),
  );
  show(main, h("div", { class: "sql-tab" }, h("div", { class: "sql-main" }, holder, toolbar, results), past.element));
  const editor = sqlEditor(holder, draft, {
    run,
    explain,
    changed: (text) => {
      draft = text;
    },
  });
  editor.focus();

  async function run(confirm = "") {
    const sql = chosenText(editor);
    clear(h("div", { class: "hint" }, "Running…"));
    try {
      const answer = await api.run(sql, reveal.checked, typeof confirm === "string" ? confirm : "");
      remember(sql, { milliseconds: answer.milliseconds });
      drawResults(answer);
      if (answer.results.some((result) => !result.reads)) await loadSchema().then(refreshed);
    } catch (error) {
      if (error.kind === "confirm") askName();
      else remember(sql, { error: error.message });
      clear(failure(error));
    }
    past.draw();
  }

  function askName() {
    const field = confirmField(state.info.confirm);
    openDialog("Change this database?", h("div", {}, field.node), [
      ["Cancel", () => true, { class: "quiet" }],
      ["Run", () => run(field.value()).then(() => true), { class: "primary" }],
    ]);
  }

  async function explain() {
    try {
      const { plans } = await api.explain(chosenText(editor));
      clear(plans.map(planNode));
    } catch (error) {
      clear(failure(error));
    }
  }

  function clear(...content) {
    for (const shown of grids.splice(0)) shown.destroy();
    show(results, content);
  }

  function drawResults(answer) {
    clear(h("div", { class: "cost", role: "status" }, costText(answer)));
    answer.results.forEach((result, i) => {
      const { node, element } = resultNode(result, i);
      results.append(node);
      if (!element) return;
      const columns = result.columns.map((name) => ({ name, kind: kindOf(name) }));
      const rows = result.rows.map((cells) => ({ cells }));
      grids.push(
        grid(element, { label: `Result ${i + 1}`, columns, rows, open: (row, column) => openCell(columns, row, column) }),
      );
    });
  }

  return () => {
    clear();
    editor.destroy();
  };
}

/** The kind of a result's column, which has the name of a column of the schema. */
function kindOf(name) {
  const found = state.tables.flatMap((table) => table.columns).find((column) => column.name === name && column.kind);
  return found?.kind ?? "";
}

function openCell(columns, row, column) {
  const value = row.cells[columns.indexOf(column)];
  openDialog(column.name, h("div", { class: "whole-cell" }, cellNode(value, column)), [["Close", () => true]]);
}

/** What a run took: time here, and what the database measured. */
function costText(answer) {
  const parts = [millisText(answer.milliseconds)];
  if (answer.databaseMilliseconds !== undefined) parts.push(`${millisText(answer.databaseMilliseconds)} in the database`);
  if (answer.rowsRead !== undefined) parts.push(`${answer.rowsRead.toLocaleString("en")} rows read`);
  if (answer.rowsWritten !== undefined) parts.push(`${answer.rowsWritten.toLocaleString("en")} rows written`);
  if (answer.rowsRead === undefined) parts.push("SQLite does not count the rows that it reads");
  return parts.join(" · ");
}

function resultNode(result, i) {
  const summary = result.reads
    ? `${result.rows.length.toLocaleString("en")} rows${result.more ? " are shown, and there are more" : ""}`
    : `${result.changes.toLocaleString("en")} rows changed`;
  const masked = result.masked ? h("span", { class: "hint" }, " secrets are masked") : null;
  const save = (format, text, type) =>
    button(format, () => saveFile(`result.${format.toLowerCase()}`, type, text()), { class: "quiet" });
  const hasRows = result.columns.length > 0 && (result.reads || result.rows.length > 0);
  const element = hasRows ? h("div", {}) : null;
  const height = Math.min(result.rows.length, 14) * 28 + 48;
  const frame = hasRows ? h("div", { class: "result-grid" }, element) : null;
  if (frame) frame.style.height = `${height}px`;
  const node = h(
    "section",
    { class: "result", "aria-label": `Result ${i + 1}` },
    h(
      "header",
      {},
      h("code", { title: result.sql }, result.sql),
      h("span", { class: "space" }),
      h("span", {}, summary, masked),
      hasRows ? save("CSV", () => toCSV(result.columns, result.rows), "text/csv") : null,
      hasRows ? save("JSON", () => toJSON(result.columns, result.rows), "application/json") : null,
    ),
    frame,
  );

  return { node, element };
}

/** SQLite's query plan as a tree. */
function planNode(plan) {
  const below = (parent) =>
    plan.steps
      .filter((step) => step.parent === parent)
      .map((step) => h("li", { class: planClass(step.detail) }, step.detail, list(step.id)));
  const list = (parent) => {
    const items = below(parent);
    return items.length > 0 ? h("ul", {}, items) : null;
  };
  const steps = list(0) ?? h("p", { class: "hint" }, "There is no plan for this statement.");
  return h("section", { class: "result plan" }, h("header", {}, h("code", {}, plan.sql)), steps);
}

const planClass = (detail) => (/^SCAN (?!CONSTANT)/.test(detail) ? "scan" : /^SEARCH/.test(detail) ? "search" : "");

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { failure, h, show } from "./dom.js";
import { stagedOf, stageValue } from "./edits.js";

/** Whether a text is edited in a field of its own: an input has one line, and would join them. */
export const isLong = (value) => typeof value === "string" && (value.length > 200 || /[\r\n]/.test(value));

/** Edits a text as a whole, of which the grid may have only the beginning. */
export function openText(table, row, column, reveal) {
  const text = h("textarea", { "aria-label": "New value", rows: "14", spellcheck: "false", disabled: true });
  const content = h("div", {}, text);
  let before;
  let shown;
  openDialog(`${table.name}.${column.name}`, content, [
    ["Cancel", () => true, { class: "quiet" }],
    [
      "Stage",
      () => {
        // A text area has its own line ends: one that was not touched is as it was before.
        if (before !== undefined) stageValue(table.name, row, column.name, text.value === shown ? before : text.value, before);
        return true;
      },
      { class: "primary" },
    ],
  ]);
  load();

  async function load() {
    try {
      const full = await api.row(row.key, reveal);
      const whole = full.cells[table.columns.findIndex(({ name }) => name === column.name)];
      if (typeof whole !== "string") throw new Error("This value is too long to be edited here: replace it with SQL.");
      text.value = whole;
      [before, shown] = [whole, text.value];
      text.value = stagedOf(table.name, row)?.values[column.name] ?? whole;
      text.disabled = false;
      text.focus();
    } catch (error) {
      show(content, failure(error));
    }
  }
}

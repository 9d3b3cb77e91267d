import { button, h } from "./dom.js";
import { isSpecial, plainText, timeOf, timeText } from "./format.js";

const operators = [
  ["eq", "="],
  ["ne", "≠"],
  ["contains", "contains"],
  ["starts", "starts with"],
  ["gt", ">"],
  ["ge", "≥"],
  ["lt", "<"],
  ["le", "≤"],
  ["null", "is NULL"],
  ["notnull", "is not NULL"],
];

export const takesNoValue = (op) => op === "null" || op === "notnull";

/** A filter as a sentence. */
export function filterText(table, { column, op, value }) {
  const sign = operators.find(([name]) => name === op)?.[1] ?? op;
  if (takesNoValue(op)) return `${column} ${sign}`;
  const date = table.columns.find(({ name }) => name === column)?.kind === "time" ? timeOf(Number(value)) : null;
  return `${column} ${sign} ${date ? timeText(date) : value}`;
}

/** What was typed, as the database has it: a date in a column of times is Unix time of the unit that the rows have. */
export function typedValue(column, text, sample) {
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(text);
  if (column.kind === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true" ? 1 : 0;
  if (column.kind !== "time" || !isDate) return text;
  const date = new Date(/[Z+]/.test(text) ? text : `${text.replace(" ", "T")}${text.length > 10 ? "Z" : ""}`);
  if (Number.isNaN(date.getTime())) return text;
  return typeof sample === "number" && sample >= 1e11 ? date.getTime() : Math.floor(date.getTime() / 1000);
}

/**
 * The bar of a table's filters: those that hold, and a form for one more. changed(filters) is called with the new ones;
 * sample(column) is a value of the column.
 */
export function filterBar(table, filters, changed, sample) {
  const chips = filters.map((filter, i) =>
    h(
      "span",
      { class: "chip" },
      filterText(table, filter),
      button("×", () => changed(filters.filter((_, j) => j !== i)), {
        "aria-label": `Remove the filter ${filterText(table, filter)}`,
      }),
    ),
  );
  const column = h(
    "select",
    { "aria-label": "Column" },
    table.columns.map(({ name }) => h("option", {}, name)),
  );
  const op = h(
    "select",
    { "aria-label": "Comparison" },
    operators.map(([name, sign]) => h("option", { value: name }, sign)),
  );
  const value = h("input", { "aria-label": "Value", placeholder: "value", spellcheck: "false" });
  op.addEventListener("change", () => {
    value.hidden = takesNoValue(op.value);
  });

  const form = h("form", { class: "filter-form" }, column, op, value, h("button", {}, "Filter"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = table.columns.find(({ name }) => name === column.value);
    const typed = takesNoValue(op.value) ? null : typedValue(chosen, value.value, sample(chosen));
    changed([...filters, { column: column.value, op: op.value, value: typed }]);
  });

  return {
    node: h("div", { class: "filters", role: "search" }, form, chips),
    /** Puts a cell into the form, so that one more key press filters by it. */
    suggest(name, cell) {
      column.value = name;
      op.value = cell === null ? "null" : "eq";
      value.hidden = cell === null;
      value.value = isSpecial(cell) && cell.t === "secret" ? "" : plainText(cell);
      value.focus();
    },
    focus: () => column.focus(),
  };
}

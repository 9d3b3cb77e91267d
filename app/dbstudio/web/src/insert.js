import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { stageInsert } from "./edits.js";
import { typedValue } from "./filters.js";

/** Asks for the values of a new row, and stages it. */
export function openInsert(table) {
  const fields = table.columns.filter((column) => !column.generated).map(newField);
  openDialog(
    `New row in ${table.name}`,
    h(
      "div",
      { class: "new-row" },
      fields.map(({ node }) => node),
    ),
    [
      ["Cancel", () => true, { class: "quiet" }],
      [
        "Stage",
        () => {
          stageInsert(table.name, Object.fromEntries(fields.flatMap(({ entry }) => entry())));
          return true;
        },
        { class: "primary" },
      ],
    ],
  );
}

function newField(column) {
  const mayBeLeftOut = column.default !== null || !column.notNull || column.key > 0;
  const input = h("input", { "aria-label": column.name, spellcheck: "false" });
  const choice = h(
    "select",
    { "aria-label": `What ${column.name} gets` },
    h("option", { value: "value" }, "value"),
    mayBeLeftOut ? h("option", { value: "default" }, column.default === null ? "nothing" : `default ${column.default}`) : null,
    column.notNull ? null : h("option", { value: "null" }, "NULL"),
  );
  if (mayBeLeftOut && !column.key) choice.value = "default";
  const follow = () => {
    input.disabled = choice.value !== "value";
  };
  choice.addEventListener("change", follow);
  follow();

  return {
    node: h("label", {}, h("span", {}, column.name, h("small", {}, ` ${column.type}`)), choice, input),
    entry() {
      if (choice.value === "default") return [];
      return [[column.name, choice.value === "null" ? null : typedValue(column, input.value)]];
    },
  };
}

import { h } from "./dom.js";
import { tableAddress } from "./route.js";

/** How a table is defined: columns, references, indexes, triggers and the SQL that made it. */
export function definitionView(table) {
  return h(
    "div",
    { class: "definition" },
    grid(
      "Columns",
      ["Name", "Type", "NULL", "Default", "Key"],
      table.columns.map((column) => [
        column.name,
        column.type + (column.generated ? " (generated)" : ""),
        column.notNull ? "no" : "yes",
        column.default ?? "",
        column.key || "",
      ]),
    ),
    grid(
      "References",
      ["Columns", "To", "On delete"],
      table.references.map((reference) => [
        reference.columns.join(", "),
        h("a", { href: tableAddress(reference.table) }, `${reference.table} (${reference.to.join(", ")})`),
        reference.implied ? "not declared: by its name" : reference.onDelete,
      ]),
    ),
    grid(
      "Indexes",
      ["Name", "Columns", ""],
      table.indexes.map((index) => [
        index.name,
        index.columns.map((name) => name || "(expression)").join(", "),
        [index.unique ? "unique" : "", index.partial ? "partial" : ""].filter(Boolean).join(", "),
      ]),
    ),
    sqlBlocks(table),
  );
}

function grid(title, head, rows) {
  if (rows.length === 0) return null;
  return h(
    "section",
    {},
    h("h2", {}, title),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((text) => h("th", { scope: "col" }, text)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    ),
  );
}

function sqlBlocks(table) {
  const texts = [table.sql, ...table.indexes.map((index) => index.sql), ...table.triggers.map((trigger) => trigger.sql)];
  return h("section", {}, h("h2", {}, "SQL"), h("pre", { class: "sql" }, texts.filter(Boolean).join(";\n\n")));
}

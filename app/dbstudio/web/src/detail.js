import { api } from "./api.js";
import { button, failure, h, show } from "./dom.js";
import { stageDelete, stagedOf } from "./edits.js";
import { countText, fullNode, imageNode, isSpecial } from "./format.js";
import { tableAddress } from "./route.js";
import { state, tableNamed } from "./state.js";

/** The panel of one row: whole values, what it refers to, and what refers to it. */
export function detailPanel({ close }) {
  const content = h("div", { class: "detail-content" });
  const element = h("aside", { class: "detail", "aria-label": "Row", tabindex: "-1", hidden: true }, content);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  function hide() {
    element.hidden = true;
    close();
  }

  async function open(table, row, reveal = []) {
    element.hidden = false;
    element.focus({ preventScroll: true });
    try {
      const full = row.key ? await api.row(row.key, reveal) : { cells: row.cells, children: [] };
      draw(table, row, full, reveal);
    } catch (error) {
      show(content, head(table, row), failure(error));
    }
  }

  function head(table, row) {
    const deleting = stagedOf(table.name, row)?.kind === "delete";
    return h(
      "header",
      {},
      h("h2", {}, table.name),
      state.info.write && table.editable && row.key
        ? button(deleting ? "Keep row" : "Delete row", () => {
            stageDelete(table.name, row);
            hide();
          })
        : null,
      button("×", hide, { "aria-label": "Close", class: "quiet" }),
    );
  }

  function draw(table, row, full, reveal) {
    const showSecret = (column) => open(table, row, [...reveal, column.name]);
    const fields = table.columns.map((column, i) => field(table, column, full.cells, full.cells[i], showSecret));
    show(content, head(table, row), h("dl", {}, fields), children(full.children));
  }

  return { element, open, hide };
}

function field(table, column, cells, value, showSecret) {
  const secret = isSpecial(value) && value.t === "secret";
  return [
    h(
      "dt",
      { title: `${column.type || "no type"}${column.key ? ", key" : ""}` },
      h("span", { class: column.key ? "key" : null }, column.name),
    ),
    h(
      "dd",
      {},
      fullNode(value, column),
      secret ? button("Show", () => showSecret(column), { class: "quiet", "aria-label": `Show ${column.name}` }) : null,
      parents(table, column, cells),
    ),
  ];
}

/** Links to the rows that a column refers to. */
function parents(table, column, cells) {
  return table.references
    .filter((reference) => reference.columns[0] === column.name && tableNamed(reference.table))
    .map((reference) => {
      const filters = filtersOf(table, reference, cells);
      return filters && h("a", { class: "follow", href: tableAddress(reference.table, { filters }) }, `→ ${reference.table}`);
    });
}

/** The filters that choose the row a reference leads to, or null if it leads nowhere or its value is masked. */
export function filtersOf(table, reference, cells) {
  const values = reference.columns.map((name) => cells[table.columns.findIndex((column) => column.name === name)]);
  if (values.some((value) => value === null || (isSpecial(value) && value.t !== "int"))) return null;
  return reference.to.map((column, i) => ({ column, op: "eq", value: isSpecial(values[i]) ? values[i].v : values[i] }));
}

function children(found) {
  const present = found.filter((child) => child.count.rows > 0);
  const absent = found.filter((child) => child.count.rows === 0);
  if (found.length === 0) return null;

  return h(
    "section",
    {},
    h("h3", {}, "Referenced by"),
    present.map((child) => [
      h(
        "a",
        { class: "child", href: tableAddress(child.table, { filters: child.filters }) },
        h("span", {}, `${child.table}.${child.columns.join(", ")}`),
        h("span", { class: "count" }, countText(child.count)),
      ),
      pictures(child),
    ]),
    absent.length > 0
      ? h("p", { class: "hint" }, `No rows in ${[...new Set(absent.map((child) => child.table))].join(", ")}.`)
      : null,
  );
}

/** The images of rows that refer to this one. */
function pictures(child) {
  const table = tableNamed(child.table);
  const places = table.columns.flatMap((column, i) => (column.kind === "image" ? [i] : []));
  if (places.length === 0) return null;
  const element = h("div", { class: "pictures" });
  api
    .rows({ table: child.table, filters: child.filters, limit: 6 })
    .then((page) => {
      const keys = page.rows.flatMap((row) => places.map((i) => row.cells[i])).filter((key) => typeof key === "string");
      show(element, keys.map(imageNode));
    })
    .catch((error) => show(element, failure(error)));
  return element;
}

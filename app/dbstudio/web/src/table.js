import { definitionView } from "./definition.js";
import { h, show } from "./dom.js";
import { go, tableAddress } from "./route.js";
import { rowsView } from "./rows.js";
import { tableNamed } from "./state.js";

/** One table: its rows, or how it is defined. Returns a function that ends it. */
export function tableView(main, route) {
  const table = tableNamed(route.name);
  if (!table) {
    show(main, h("div", { class: "empty" }, `There is no table ${route.name}.`));
    return () => {};
  }
  const link = (view, label) =>
    h("a", { href: tableAddress(table.name, { ...route, view }), "aria-current": route.view === view ? "page" : null }, label);
  const title = h(
    "div",
    { class: "title" },
    h("h1", {}, table.name),
    table.kind === "table" ? null : h("span", { class: "badge" }, table.kind),
    h("nav", { class: "views", "aria-label": "Views of the table" }, link("rows", "Rows"), link("definition", "Definition")),
  );
  if (route.view === "definition") {
    show(main, title, definitionView(table));
    return () => {};
  }
  if (table.broken) {
    show(main, title, h("div", { class: "failure" }, `This view can't be read: ${table.broken}`));
    return () => {};
  }

  return rowsView(main, title, table, route, (query) => go(tableAddress(table.name, query)));
}

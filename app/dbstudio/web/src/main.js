import "tabulator-tables/dist/css/tabulator_simple.css";
import "./style.css";
import { api } from "./api.js";
import { diagramView } from "./diagram.js";
import { failure, h, show } from "./dom.js";
import { stagedChanges } from "./edits.js";
import { openHelp } from "./help.js";
import { migrationsView } from "./migrations.js";
import { reviewBar } from "./review.js";
import { currentRoute, go, tableAddress } from "./route.js";
import { sidebar } from "./sidebar.js";
import { sqlView } from "./sql.js";
import { listed, loadSchema, state } from "./state.js";
import { tableView } from "./table.js";

const tabs = [
  ["table", "Tables"],
  ["sql", "SQL"],
  ["schema", "Schema"],
  ["migrations", "Migrations"],
];

async function start(app) {
  try {
    [state.info] = await Promise.all([api.info(), loadSchema()]);
  } catch (error) {
    show(app, failure(error));
    return;
  }
  document.title = `${state.info.name} – studio`;
  const main = h("main", { tabindex: "-1" });
  const list = sidebar();
  const header = h("header", { class: "top" });
  let end = () => {};
  let last = "";

  function draw() {
    const route = currentRoute();
    const tab = tabs.some(([name]) => name === route.tab) ? route.tab : "table";
    if (tab === "table") last = route.name || last || listed()[0]?.name || "";
    show(header, brand(), tabBar(tab, last), h("span", { class: "space" }), mode());
    list.mark(tab === "table" ? last : "");
    end();
    main.className = `tab-${tab}`;
    end = view(tab, { ...route, name: last }) ?? (() => {});
  }

  function view(tab, route) {
    if (tab === "sql") return sqlView(main, refresh);
    if (tab === "schema") return diagramView(main);
    if (tab === "migrations") return void migrationsView(main);
    if (route.name === "") return void show(main, h("div", { class: "empty" }, "The database has no tables."));
    return tableView(main, route);
  }

  async function refresh() {
    list.draw();
    await count();
  }

  async function count() {
    // One request per table: a slow one holds up no other.
    for (const { name } of listed()) {
      try {
        Object.assign(state.counts, await api.counts([name]));
      } catch {
        return;
      }
      list.count();
      dispatchEvent(new Event("counted"));
    }
  }

  show(
    app,
    header,
    h("div", { class: "body" }, list.element, main),
    reviewBar(() => Promise.all([draw(), count()])),
  );
  addEventListener("hashchange", draw);
  addEventListener("beforeunload", (event) => stagedChanges().length > 0 && event.preventDefault());
  addEventListener("keydown", (event) => shortcut(event, list));
  refresh();
  draw();
}

function brand() {
  return h("strong", { class: "brand", title: state.info.name }, state.info.name);
}

function tabBar(current, table) {
  const address = (tab) => (tab === "table" ? tableAddress(table) : `#/${tab}`);
  return h(
    "nav",
    { class: "tabs", "aria-label": "Views" },
    tabs.map(([tab, label], i) =>
      h("a", { href: address(tab), "aria-current": tab === current ? "page" : null, title: `Key ${i + 1}` }, label),
    ),
  );
}

function mode() {
  if (!state.info.write)
    return h("span", { class: "badge", title: "Started without --write: nothing can be changed" }, "read-only");
  return h(
    "span",
    { class: "badge warn", title: "Started with --write" },
    state.info.confirm ? "writes to production" : "may write",
  );
}

function shortcut(event, list) {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable=true], dialog");
  const digit = Number(/^Digit(\d)$/.exec(event.code)?.[1]);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;

  const tab = isPlain && (event.altKey || !isTyping) ? tabs[digit - 1] : undefined;
  if (tab) {
    go(tab[0] === "table" ? "#/table/" : `#/${tab[0]}`);
  } else if (event.key === "/" && !isTyping) {
    list.focus();
  } else if (event.key === "?" && !isTyping) {
    openHelp();
  } else {
    return;
  }

  event.preventDefault();
}

start(document.getElementById("app"));

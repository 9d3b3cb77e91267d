import { api } from "./api.js";
import { detailPanel, filtersOf } from "./detail.js";
import { button, failure, h, show } from "./dom.js";
import { onStaged, stageDelete, stagedOf, stageValue } from "./edits.js";
import { filterBar, typedValue } from "./filters.js";
import { cellNode, countText, isSpecial, millisText } from "./format.js";
import { grid } from "./grid.js";
import { openInsert } from "./insert.js";
import { isLong, openText } from "./longtext.js";
import { go, tableAddress } from "./route.js";
import { referenceOf, state } from "./state.js";

/** The rows of a table, page by page. navigate(query) changes order and filters. Returns a function that ends the view. */
export function rowsView(main, title, table, route, navigate) {
  const query = { table: table.name, sort: route.sort, desc: route.desc, filters: route.filters };
  const reveal = new Set();
  const starts = [""]; // the cursor of each page so far
  let page = null;
  let shown = null;

  const holder = h("div", { class: "grid" });
  const status = h("span", { class: "status", role: "status" });
  const previous = button("‹ Previous", () => turn(-1), { disabled: true });
  const next = button("Next ›", () => turn(1), { disabled: true });
  const detail = detailPanel({ close: focusGrid });
  const sample = (column) => page?.rows.map((row) => row.cells[table.columns.indexOf(column)]).find((value) => value !== null);
  const filters = filterBar(table, route.filters, (changed) => navigate({ ...route, filters: changed }), sample);
  const toolbar = h(
    "div",
    { class: "toolbar" },
    filters.node,
    h("span", { class: "space" }),
    state.info.write && table.editable ? button("+ Row", () => openInsert(table)) : null,
    button("Reload", () => load()),
    h("a", { class: "button", href: api.exported(query, "csv"), download: "" }, "CSV"),
    h("a", { class: "button", href: api.exported(query, "json"), download: "" }, "JSON"),
  );
  show(
    main,
    title,
    toolbar,
    h("div", { class: "split" }, holder, detail.element),
    h("footer", { class: "pager" }, previous, next, status, h("span", { class: "space" }), hint(table)),
  );

  async function load() {
    try {
      const sent = { ...query, reveal: [...reveal] };
      page = await api.rows(starts.at(-1) ? { ...sent, after: starts.at(-1) } : sent);
    } catch (error) {
      shown?.destroy();
      shown = null;
      show(holder, failure(error));
      return;
    }
    draw();
  }

  function draw() {
    shown?.destroy();
    const element = show(holder, h("div", {})).firstChild;
    shown = grid(element, {
      label: `Rows of ${table.name}`,
      columns: table.columns.map((column) => ({ ...column, title: head(column) })),
      rows: page.rows,
      open,
      key: handleKey,
      decorate,
      edit: state.info.write && table.editable ? { may: mayEdit, done: stage } : undefined,
    });
    shown.on("tableBuilt", focusGrid);
    previous.disabled = starts.length === 1;
    next.disabled = !page.next;
    tell();
  }

  // The count may come after the page.
  function tell() {
    if (page) show(status, statusText(page, starts.length, state.counts[table.name], route.filters));
  }

  function turn(by) {
    if (by > 0) starts.push(page.next);
    else starts.pop();
    detail.element.hidden = true;
    load();
  }

  function focusGrid() {
    holder.querySelector(".tabulator-tableholder")?.focus();
  }

  // The head of a column: sorts, and shows a secret.
  function head(column) {
    const isSorted = route.sort === column.name;
    const sort = () => navigate({ ...route, sort: isSorted && route.desc ? "" : column.name, desc: isSorted && !route.desc });
    const slow = column.indexed ? "" : ", without an index";
    const masked = column.secret && !reveal.has(column.name);

    return h(
      "span",
      { class: "head" },
      button([column.name, isSorted ? (route.desc ? " ↓" : " ↑") : ""], sort, {
        class: "sort",
        title: `${column.type || "no type"}${column.key ? ", key" : ""}${column.notNull ? "" : ", may be NULL"} · sort${slow}`,
        disabled: masked,
      }),
      column.secret
        ? button(masked ? "Show" : "Hide", () => toggle(column.name), {
            class: "quiet",
            "aria-label": `${masked ? "Show" : "Hide"} ${column.name}`,
          })
        : null,
    );
  }

  function toggle(name) {
    if (!reveal.delete(name)) reveal.add(name);
    load();
  }

  // A cell with what is staged for it, and a link where it refers to a row.
  function decorate(node, row, column, element) {
    const change = stagedOf(table.name, row);
    const isStaged = change?.kind === "update" && Object.hasOwn(change.values, column.name);
    element.classList.toggle("staged", isStaged);
    element.classList.toggle("going", change?.kind === "delete");
    if (isStaged) return cellNode(change.values[column.name], { ...column, kind: column.kind === "image" ? "" : column.kind });
    const filters = followed(row, column);
    if (!filters) return node;
    const reference = referenceOf(table, column);
    const link = h(
      "a",
      {
        class: "arrow",
        href: tableAddress(reference.table, { filters }),
        tabindex: "-1",
        "aria-label": `Follow to ${reference.table}`,
        title: `Follow to ${reference.table}`,
      },
      "↗",
    );

    return h("span", { class: "linked" }, node, link);
  }

  function followed(row, column) {
    const reference = referenceOf(table, column);
    return reference ? filtersOf(table, reference, row.cells) : null;
  }

  function mayEdit(row, column) {
    const now = value(row, column);
    const isWhole = isSpecial(now) ? now.t === "int" : !isLong(now);
    return Boolean(row.key) && isWhole && !column.generated && stagedOf(table.name, row)?.kind !== "delete";
  }

  // A value that has no room in a cell's editor, or would lose its lines there, has one of its own.
  function open(row, column) {
    const isText = typeof value(row, column) === "string" || (isSpecial(value(row, column)) && value(row, column).t === "text");
    const isEditable = state.info.write && table.editable && row.key && !column.generated;
    if (isEditable && isText && stagedOf(table.name, row)?.kind !== "delete") openText(table, row, column, [...reveal]);
    else detail.open(table, row, [...reveal]);
  }

  const value = (row, column) => row.cells[table.columns.findIndex(({ name }) => name === column.name)];

  function stage(row, column, text) {
    stageValue(table.name, row, column.name, text === null ? null : typedValue(column, text, sample(column)), value(row, column));
  }

  function handleKey(event, row, column) {
    const modified = event.ctrlKey || event.metaKey;
    if (event.key === " " || (event.key === "Enter" && event.shiftKey)) detail.open(table, row, [...reveal]);
    else if (event.key === "Enter" && modified && followed(row, column))
      go(tableAddress(referenceOf(table, column).table, { filters: followed(row, column) }));
    else if (event.key === "f" && !modified) filters.suggest(column.name, value(row, column));
    else if (event.key === "Delete" && modified && state.info.write && table.editable) stageDelete(table.name, row);
    else if (event.key === "0" && modified && state.info.write && table.editable && mayEdit(row, column) && !column.notNull)
      stage(row, column, null);
    else if (event.key === "PageDown" && event.altKey && page.next) turn(1);
    else if (event.key === "PageUp" && event.altKey && starts.length > 1) turn(-1);
    else return false;
    return true;
  }

  const forget = onStaged(() => {
    for (const row of shown?.getRows() ?? []) row.reformat();
  });
  addEventListener("counted", tell);
  load();
  return () => {
    removeEventListener("counted", tell);
    forget();
    shown?.destroy();
  };
}

function statusText(page, number, count, filters) {
  const parts = [`page ${number}`, `${page.rows.length} rows`];
  if (filters.length === 0 && count) parts.push(`of ${countText(count)}`);
  parts.push(millisText(page.milliseconds));
  if (page.rowsRead !== undefined) parts.push(`${page.rowsRead.toLocaleString("en")} rows read`);
  if (!page.keyed) parts.push("pages are counted from the start: nothing tells these rows apart");
  return parts.join(" · ");
}

function hint(table) {
  const keys = [
    ["Space", "row"],
    ["F", "filter"],
    ["Ctrl+Enter", "follow"],
  ];
  if (state.info.write && table.editable) keys.push(["Enter", "edit"], ["Ctrl+0", "NULL"], ["Ctrl+Delete", "delete"]);
  return h(
    "span",
    { class: "hint" },
    keys.map(([key, does]) => [h("kbd", {}, key), ` ${does} `]),
  );
}

import {
  EditModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  KeybindingsModule,
  ResizeColumnsModule,
  SelectRangeModule,
  Tabulator,
} from "tabulator-tables";
import { announce } from "./dom.js";
import { cellNode, isSpecial, plainText } from "./format.js";

Tabulator.registerModule([
  EditModule,
  FormatModule,
  FrozenColumnsModule,
  InteractionModule,
  KeybindingsModule,
  ResizeColumnsModule,
  SelectRangeModule,
]);

/**
 * A grid of cells with a cursor. Columns are { name, kind, title, width }, rows are { cells, … }. Handlers: open(row, column)
 * on Enter or a double click, key(event, row, column) for other keys, which reports whether it has taken it, and
 * decorate(element, row, column). Where edit is given, Enter edits: edit.may(row, column), edit.done(row, column, text).
 */
export function grid(element, { label, columns, rows, open, key, decorate, edit }) {
  const place = (cell) => Number(cell.getField().slice(1));
  const rowOf = (cell) => cell.getRow().getData().row;
  const columnOf = (cell) => columns[place(cell)];

  const table = new Tabulator(element, {
    data: rows.map((row, i) => ({ id: i, row, ...Object.fromEntries(row.cells.map((value, j) => [`c${j}`, value])) })),
    columns: columns.map((column, i) => definition(column, i, { decorate, edit, rowOf })),
    layout: "fitData",
    height: "100%",
    rowHeight: 28,
    selectableRange: 1,
    selectableRangeColumns: false,
    selectableRangeRows: false,
    selectableRangeInitializeDefault: true,
    selectableRangeAutoFocus: false,
    editTriggerEvent: "dblclick",
    keybindings: { navNext: false, navPrev: false },
    placeholder: "No rows",
    renderVerticalBuffer: 400,
  });

  const active = () => table.getRanges()[0]?.getCells()[0]?.[0] ?? table.getRanges()[0]?.getCells()[0];
  table.on("cellEdited", (cell) => edit.done(rowOf(cell), columnOf(cell), cell.getValue()));
  table.on("cellDblClick", (_event, cell) => {
    if (!edit?.may(rowOf(cell), columnOf(cell))) open?.(rowOf(cell), columnOf(cell));
  });
  table.on("rangeChanged", () => {
    const cell = active();
    if (cell) announce(`${columnOf(cell).name}: ${plainText(cell.getValue()) || "NULL"}`);
  });
  table.on("tableBuilt", () => {
    element.setAttribute("aria-label", label);
    element.setAttribute("aria-rowcount", String(rows.length));
    const holder = element.querySelector(".tabulator-tableholder");
    holder.setAttribute("aria-label", `${label}: move with the arrow keys`);
  });

  element.addEventListener(
    "keydown",
    (event) => {
      if (event.target.closest(".tabulator-editing, .tabulator-header")) return;
      const cell = active();
      if (!cell) return;
      const isEnter = event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (isEnter && !edit?.may(rowOf(cell), columnOf(cell)) && open) {
        event.preventDefault();
        event.stopPropagation();
        open(rowOf(cell), columnOf(cell));
      } else if (key?.(event, rowOf(cell), columnOf(cell))) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    true,
  );
  element.addEventListener("copy", (event) => {
    if (event.target.closest("input, textarea")) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", copied(table));
  });
  return table;
}

/** The selected cells, as a spreadsheet takes them. */
function copied(table) {
  const lines = table.getRanges().flatMap((range) => range.getStructuredCells());
  return lines.map((cells) => cells.map((cell) => plainText(cell.getValue())).join("\t")).join("\n");
}

function definition(column, i, { decorate, edit, rowOf }) {
  return {
    title: column.name,
    field: `c${i}`,
    resizable: "header",
    minWidth: 70,
    maxInitialWidth: column.kind === "json" ? 320 : 300,
    width: column.width,
    titleFormatter: () => column.title ?? document.createTextNode(column.name),
    formatter: (cell) => {
      const element = cell.getElement();
      element.setAttribute("aria-label", `${column.name}: ${plainText(cell.getValue()) || "NULL"}`);
      const node = cellNode(cell.getValue(), column);
      return decorate?.(node, rowOf(cell), column, element) ?? node;
    },
    editable: (cell) => edit?.may(rowOf(cell), column) ?? false,
    editor: edit ? textEditor : false,
  };
}

/** An editor for any value, as text. Enter keeps, Escape gives up. */
function textEditor(cell, onRendered, success, cancel) {
  const value = cell.getValue();
  const before = isSpecial(value) && value.t !== "int" ? "" : plainText(value);
  const input = document.createElement("input");
  input.value = before;
  input.setAttribute("aria-label", "New value");
  onRendered(() => {
    input.focus({ preventScroll: true });
    input.select();
  });
  const keep = () => (input.value === before ? cancel() : success(input.value));
  input.addEventListener("blur", keep);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") keep();
    if (event.key === "Escape") cancel();
    event.stopPropagation();
  });

  return input;
}

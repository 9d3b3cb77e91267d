import { openDialog } from "./dialog.js";
import { h } from "./dom.js";

const keys = [
  ["1 … 4", "tables, SQL, schema, migrations; with Alt also from the editor"],
  ["/", "find a table"],
  ["Arrow keys, Home, End", "move in a grid; with Shift select more cells, Ctrl+C copies them"],
  ["Space", "show the whole row; Escape closes it"],
  ["F", "filter by the cell"],
  ["Ctrl+Enter", "follow the reference; in the editor: run"],
  ["Ctrl+Shift+Enter", "in the editor: show the query plan"],
  ["Alt+PageDown, Alt+PageUp", "next and previous page"],
  ["Enter", "edit the cell (with --write), or show the row"],
  ["Ctrl+0", "make the cell NULL (with --write)"],
  ["Ctrl+Delete", "delete the row, or keep it (with --write)"],
  ["Tab", "leave the grid"],
];

export function openHelp() {
  const lines = keys.map(([key, does]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, does)));
  openDialog("Keys", h("table", {}, h("tbody", {}, lines)), [["Close", () => true, { autofocus: true }]]);
}

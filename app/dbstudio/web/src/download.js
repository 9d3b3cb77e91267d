import { h } from "./dom.js";
import { plainText } from "./format.js";

const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A result as CSV, after RFC 4180. */
export function toCSV(columns, rows) {
  const lines = [columns.map(field), ...rows.map((row) => row.map((value) => field(plainText(value))))];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** A result as a JSON list of objects. */
export function toJSON(columns, rows) {
  const value = (cell) => (cell !== null && typeof cell === "object" ? plainText(cell) : cell);
  const objects = rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i], value(cell)])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** Hands a text to the browser as a file. */
export function saveFile(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

import { api } from "./api.js";
import { h } from "./dom.js";
import { state } from "./state.js";

/** Whether a value is one of the shapes that JSON has no form for. */
export const isSpecial = (value) => value !== null && typeof value === "object";

/** A value as plain text, for copying and editing. NULL is empty. */
export function plainText(value) {
  if (value === null || value === undefined) return "";
  if (!isSpecial(value)) return String(value);
  if (value.t === "secret") return "••••••";
  return value.t === "blob" ? `x'${value.v ?? ""}${value.cut ? "…" : ""}'` : (value.v ?? "");
}

// From here on, a number of Unix time is of milliseconds: as seconds it would be the year 5138.
const milliseconds = 1e11;

/** A Unix time as a date, or null if the number can't be one. */
export function timeOf(value) {
  if (typeof value !== "number" || value <= 0) return null;
  const date = new Date(value >= milliseconds ? value : value * 1000);
  return Number.isNaN(date.getTime()) ? null : date;
}

export const timeText = (date) =>
  date
    .toISOString()
    .replace("T", " ")
    .replace(/\.000Z$|Z$/, "");

/** Text that is a JSON object or list, parsed; undefined if it is none. */
export function jsonOf(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A value as it stands in a grid. */
export function cellNode(value, column = {}) {
  if (value === null || value === undefined) return h("span", { class: "null" }, "NULL");
  if (isSpecial(value)) return specialNode(value);
  if (column.kind === "boolean" && (value === 0 || value === 1)) {
    return h("span", { class: value ? "true" : "false" }, value ? "✓ true" : "✗ false");
  }
  const date = column.kind === "time" ? timeOf(value) : null;
  if (date) return h("time", { datetime: date.toISOString(), title: `${value} · ${date.toLocaleString()}` }, timeText(date));
  if (column.kind === "image") return imageCell(String(value));
  if (typeof value === "number") return h("span", { class: "number" }, String(value));
  if (value === "") return h("span", { class: "null" }, "empty");
  const isJSON = column.kind === "json" || jsonOf(value) !== undefined;
  return h("span", { class: isJSON ? "json" : "text" }, value.slice(0, 300));
}

function specialNode(value) {
  switch (value.t) {
    case "secret":
      return h("span", { class: "secret", title: "A secret. Show it in the column's head." }, "••••••");
    case "blob":
      return h("span", { class: "blob" }, `${value.bytes} bytes `, h("span", { class: "null" }, (value.v ?? "").slice(0, 24)));
    case "int":
      return h("span", { class: "number" }, value.v);
  }
  return h("span", { class: "text" }, `${(value.v ?? "").slice(0, 300)}…`);
}

function imageCell(key) {
  if (!state.info.objects) return h("span", { class: "text", title: state.info.noObjects }, key);
  return h("span", { class: "thumbnail" }, h("img", { src: api.object(key), alt: "", loading: "lazy" }), key);
}

/** A value by itself, as a whole. */
export function fullNode(value, column = {}) {
  if (column.kind === "image" && typeof value === "string") return imageNode(value);
  const parsed = jsonOf(value);
  if (parsed !== undefined) return h("pre", { class: "json-block" }, jsonNodes(parsed, ""));
  const date = column.kind === "time" ? timeOf(value) : null;
  if (date) return h("div", {}, cellNode(value, column), h("small", {}, ` UTC · ${ago(date)} · ${value}`));
  if (typeof value === "string" && value !== "") return h("div", { class: "whole" }, value);
  return cellNode(value, column);
}

/** An image of the bucket, or why it can't be shown. */
export function imageNode(key) {
  const caption = h("div", { class: "whole" }, key);
  if (!state.info.objects) return h("div", {}, caption, h("small", {}, state.info.noObjects));
  const image = h("img", { class: "picture", src: api.object(key), alt: `The image ${key}` });
  image.addEventListener("error", () => image.replaceWith(h("small", {}, "The bucket has no image of this key.")));
  return h("div", {}, h("a", { href: api.object(key), target: "_blank", rel: "noreferrer" }, image), caption);
}

/** Pretty JSON in which names, texts and numbers differ. */
function jsonNodes(value, indent) {
  if (typeof value === "string") return [h("span", { class: "json-text" }, JSON.stringify(value))];
  if (value === null || typeof value !== "object") return [h("span", { class: "json-number" }, String(value))];
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return [isList ? "[]" : "{}"];
  const nodes = [isList ? "[\n" : "{\n"];
  entries.forEach(([name, entry], i) => {
    nodes.push(inner);
    if (!isList) nodes.push(h("span", { class: "json-name" }, JSON.stringify(name)), ": ");
    nodes.push(...jsonNodes(entry, inner), i < entries.length - 1 ? ",\n" : "\n");
  });
  return [...nodes, indent + (isList ? "]" : "}")];
}

const units = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago a time is: "3 days ago". */
export function ago(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** A count that may have stopped at a limit. */
export function countText(count) {
  if (!count) return "";
  return count.note ? "?" : count.rows.toLocaleString("en") + (count.more ? "+" : "");
}

export function millisText(milliseconds) {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds).toLocaleString("en")} ms`;
}

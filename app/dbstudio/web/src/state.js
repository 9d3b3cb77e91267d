import { api } from "./api.js";

/** What every part of the page knows. */
export const state = {
  info: null,
  tables: [],
  counts: {},
};

export async function loadSchema() {
  state.tables = (await api.schema()).tables;
}

export function tableNamed(name) {
  return state.tables.find((table) => table.name.toLowerCase() === name.toLowerCase());
}

/** The reference that a column is the first of. */
export function referenceOf(table, column) {
  return table.references.find((reference) => reference.columns[0] === column.name && tableNamed(reference.table));
}

/** Tables that a person looks for; the tools' own, and what full-text search keeps, come last. */
export function listed() {
  const rank = (table) => (table.internal || table.kind === "shadow" ? 2 : table.kind === "view" ? 1 : 0);
  return [...state.tables].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

// What is staged and not yet written: rows by table and ID, with their new values.

const staged = new Map();
const listeners = new Set();
let inserts = 0;

const placeOf = (table, id) => `${table}\n${id}`;

export function onStaged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  for (const listener of listeners) listener();
}

/** The staged change of a row, or undefined. */
export const stagedOf = (table, row) => staged.get(placeOf(table, row.id));

export const stagedChanges = () => [...staged.values()];

/** Stages a value of a row. One that is as it was before takes the change back. */
export function stageValue(table, row, column, value, before) {
  const place = placeOf(table, row.id);
  const change = staged.get(place) ?? { kind: "update", table, id: row.id, key: row.key, values: {} };
  if (value === before) {
    delete change.values[column];
  } else {
    change.values[column] = value;
  }
  change.kind = "update";

  if (Object.keys(change.values).length > 0) {
    staged.set(place, change);
  } else {
    staged.delete(place);
  }

  changed();
}

/** Stages that a row goes, or takes that back. */
export function stageDelete(table, row) {
  const place = placeOf(table, row.id);
  if (staged.get(place)?.kind === "delete") {
    staged.delete(place);
  } else {
    staged.set(place, { kind: "delete", table, id: row.id, key: row.key, values: {} });
  }
  changed();
}

export function stageInsert(table, values) {
  inserts++;
  const id = `new ${inserts}`;
  staged.set(placeOf(table, id), { kind: "insert", table, id, key: "", values });
  changed();
}

export function unstage(change) {
  staged.delete(placeOf(change.table, change.id));
  changed();
}

/** Puts a staged change on the row as it is now. */
export function rebase(change, key) {
  change.key = key;
}

export function unstageAll() {
  staged.clear();
  changed();
}

/** The changes as the server takes them. */
export const sentChanges = (changes) => changes.map(({ kind, table, key, values }) => ({ kind, table, key, values }));

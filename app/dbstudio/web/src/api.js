/** What the server has refused: kind is a word, message a sentence. */
export class Refusal extends Error {
  constructor(kind, message, conflicts = []) {
    super(message);
    this.kind = kind;
    this.conflicts = conflicts;
  }
}

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal("offline", "The studio does not answer: it was ended in its terminal. Start it again.");
  }
  const body = await answer.json();
  if (!answer.ok) throw new Refusal(body.error.kind, body.error.message, body.conflicts);
  return body;
}

function post(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export const api = {
  info: () => call("/api/info"),
  schema: () => call("/api/schema"),
  migrations: () => call("/api/migrations"),
  counts: (tables) => post("/api/counts", { tables }),
  rows: (query) => post("/api/rows", query),
  row: (key, reveal) => post("/api/row", { key, reveal }),
  changes: (changes, apply = false, confirm = "") => post("/api/changes", { changes, apply, confirm }),
  run: (sql, reveal, confirm = "") => post("/api/sql", { sql, reveal, confirm }),
  explain: (sql) => post("/api/explain", { sql, reveal: false, confirm: "" }),
  object: (key) => `/api/object?key=${encodeURIComponent(key)}`,
  exported: (query, format) => `/api/export?format=${format}&query=${encodeURIComponent(JSON.stringify(query))}`,
};

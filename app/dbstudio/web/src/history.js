import { button, h, show } from "./dom.js";
import { millisText } from "./format.js";
import { state } from "./state.js";

const most = 100;
const place = () => `history ${state.info.name}`;

function read() {
  try {
    return JSON.parse(localStorage.getItem(place()) ?? "[]");
  } catch {
    return [];
  }
}

/** Remembers a query of this database in this browser. */
export function remember(sql, outcome) {
  const others = read().filter((entry) => entry.sql !== sql);
  localStorage.setItem(place(), JSON.stringify([{ sql, at: Date.now(), ...outcome }, ...others].slice(0, most)));
}

/** The list of queries. choose(sql) is called with one. */
export function historyPanel(choose) {
  const list = h("ol", {});
  const element = h(
    "aside",
    { class: "history", "aria-label": "History" },
    h("header", {}, h("h2", {}, "History"), button("Clear", clear, { class: "quiet" })),
    list,
  );

  function clear() {
    localStorage.removeItem(place());
    draw();
  }

  function draw() {
    const entries = read();
    if (entries.length === 0) show(list, h("li", { class: "hint" }, "What you run is kept here, in this browser."));
    else show(list, entries.map(item));
  }

  function item(entry) {
    const outcome = entry.error ? "failed" : millisText(entry.milliseconds);
    const when = new Date(entry.at).toLocaleString();
    return h(
      "li",
      {},
      button([h("code", {}, entry.sql), h("small", {}, `${when} · ${outcome}`)], () => choose(entry.sql)),
    );
  }

  draw();
  return { element, draw };
}

import { h, show } from "./dom.js";
import { countText } from "./format.js";
import { tableAddress } from "./route.js";
import { listed, state } from "./state.js";

/** The list of tables, with a field that narrows it down. */
export function sidebar() {
  const search = h("input", { type: "search", placeholder: "Tables  ( / )", "aria-label": "Find a table", spellcheck: "false" });
  const list = h("ul", {});
  const element = h("nav", { class: "sidebar", "aria-label": "Tables" }, search, list);
  let current = "";

  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "ArrowDown") move(event, 0);
  });
  list.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown") move(event, at + 1);
    if (event.key === "ArrowUp") at === 0 ? search.focus() : move(event, at - 1);
  });

  function move(event, to) {
    event.preventDefault();
    list.querySelectorAll("a")[to]?.focus();
  }

  function draw() {
    const wanted = search.value.toLowerCase();
    show(
      list,
      listed()
        .filter((table) => table.name.toLowerCase().includes(wanted))
        .map(item),
    );
  }

  function item(table) {
    const isOwn = table.internal || table.kind === "shadow";
    return h(
      "li",
      {},
      h(
        "a",
        {
          href: tableAddress(table.name),
          class: isOwn ? "own" : null,
          "aria-current": table.name === current ? "page" : null,
          title: table.name,
        },
        h("span", { class: "table-name" }, table.name),
        table.kind === "table" ? null : h("small", {}, table.kind),
        h("span", { class: "count" }, countText(state.counts[table.name])),
      ),
    );
  }

  // Counts come in and the mark moves while somebody clicks: a link that is replaced between press and release is not followed.
  function eachLink(update) {
    for (const link of list.querySelectorAll("a")) update(link, link.title);
  }

  return {
    element,
    draw,
    focus: () => search.focus(),
    count() {
      eachLink((link, name) => show(link.querySelector(".count"), countText(state.counts[name])));
    },
    mark(name) {
      current = name;
      eachLink((link, each) =>
        each === name ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current"),
      );
    },
  };
}

import { api } from "./api.js";
import { confirmField, openDialog } from "./dialog.js";
import { button, failure, h, show } from "./dom.js";
import { onStaged, rebase, sentChanges, stagedChanges, unstage, unstageAll } from "./edits.js";
import { plainText } from "./format.js";
import { state, tableNamed } from "./state.js";

/** The bar that says how many changes are staged. applied() is called after they are written. */
export function reviewBar(applied) {
  const element = h("div", { class: "review-bar", role: "status", hidden: true });
  onStaged(() => {
    const n = stagedChanges().length;
    element.hidden = n === 0;
    show(
      element,
      h("span", {}, n === 1 ? "1 row is changed, and not written yet." : `${n} rows are changed, and not written yet.`),
      button("Discard", unstageAll, { class: "quiet" }),
      button("Review and apply", () => review(applied), { class: "primary" }),
    );
  });
  return element;
}

/** Shows the staged changes as SQL, and applies them. */
export async function review(applied) {
  const content = h("div", {}, "…");
  const confirm = confirmField(state.info.confirm);
  const dialog = openDialog("Changes", h("div", {}, content, confirm.node), [
    ["Close", () => true, { class: "quiet" }],
    ["Apply", () => send(content, confirm.value(), applied), { class: "primary" }],
  ]);
  await preview(content);
  dialog.querySelector("input")?.focus();
}

async function preview(content) {
  const changes = stagedChanges();
  if (changes.length === 0) {
    show(content, h("p", {}, "Nothing is staged."));
    return;
  }

  try {
    const { statements, checks } = await api.changes(sentChanges(changes));
    show(
      content,
      h("p", {}, "These statements run as one batch, all or nothing:"),
      h("pre", { class: "sql" }, `${statements.join(";\n")};`),
      checks.length > 0
        ? h(
            "details",
            {},
            h("summary", {}, `First, each changed row is checked to be as it was shown (${checks.length})`),
            h("pre", { class: "sql" }, `${checks.join(";\n")};`),
          )
        : null,
    );
  } catch (error) {
    show(content, problem(error, changes, content));
  }
}

async function send(content, confirm, applied) {
  const changes = stagedChanges();
  if (changes.length === 0) return true;

  try {
    await api.changes(sentChanges(changes), true, confirm);
  } catch (error) {
    if (error.kind === "conflict") show(content, problem(error, changes, content));
    else {
      content.querySelector(".failure")?.remove();
      content.prepend(failure(error));
    }
    return false;
  }

  unstageAll();
  applied();
  return true;
}

/** What is in the way, and for each row that was changed meanwhile what can be done. */
function problem(error, changes, content) {
  const conflicts = error.conflicts ?? [];
  return h(
    "div",
    {},
    failure(error),
    conflicts.map((conflict) => conflictNode(conflict, changes[conflict.change], content)),
  );
}

function conflictNode(conflict, change, content) {
  const table = tableNamed(conflict.table);
  const drop = button("Discard my change", () => {
    unstage(change);
    preview(content);
  });
  if (conflict.gone) {
    return h("section", { class: "conflict" }, h("h3", {}, table.name), h("p", {}, "The row is not there any more."), drop);
  }
  const keep = button("Keep mine on the row as it is now", () => {
    rebase(change, conflict.key);
    preview(content);
  });

  const line = (column, i) =>
    h(
      "tr",
      { class: Object.hasOwn(change.values, column.name) ? "mine" : null },
      h("th", { scope: "row" }, column.name),
      h("td", {}, conflict.current[i] === null ? "NULL" : plainText(conflict.current[i])),
      h("td", {}, mine(change, column.name)),
    );

  return h(
    "section",
    { class: "conflict" },
    h("h3", {}, table.name),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Column", "Now", "Mine"].map((text) => h("th", { scope: "col" }, text)),
        ),
      ),
      h("tbody", {}, table.columns.map(line)),
    ),
    keep,
    drop,
  );
}

function mine(change, name) {
  if (change.kind === "delete") return "deleted";
  if (!Object.hasOwn(change.values, name)) return "";
  return change.values[name] === null ? "NULL" : String(change.values[name]);
}

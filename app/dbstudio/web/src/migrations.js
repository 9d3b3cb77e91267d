import { api } from "./api.js";
import { button, failure, h, show } from "./dom.js";

/** The tab of migrations: what is applied, what is pending and would do, and where one can go back to. */
export async function migrationsView(main) {
  show(main, h("div", { class: "empty" }, "Planning: pending files are rehearsed on a copy of the schema…"));
  let found;
  try {
    found = await api.migrations();
  } catch (error) {
    show(main, failure(error));
    return;
  }

  const pending = found.migrations.filter((step) => step.state === "pending");
  show(
    main,
    h(
      "div",
      { class: "migrations" },
      refusals(found.refusals ?? []),
      h("section", {}, h("h2", {}, pending.length === 0 ? "Nothing is pending" : "Pending"), pending.map(pendingNode)),
      pending.length > 0 && !found.refusals ? command("To apply:", found.commands.migrate) : null,
      drift(found),
      h("section", {}, h("h2", {}, "Files"), table(found)),
    ),
  );
}

function refusals(list) {
  if (list.length === 0) return null;
  const text = (refusal) =>
    h(
      "li",
      {},
      h("strong", {}, `${refusal.file}${refusal.line ? ` line ${refusal.line}` : ""}: `),
      `${refusal.kind}. ${refusal.what}. ${refusal.advice}`,
    );
  return h("section", { class: "failure", role: "alert" }, h("h2", {}, "Refused"), h("ul", {}, list.map(text)));
}

function pendingNode(step) {
  const effect = step.effect ?? { risk: "unknown", changes: [] };
  return h(
    "article",
    { class: "pending" },
    h("h3", {}, step.name, risk(effect.risk)),
    h("ul", { class: "changes" }, effect.changes.map(changeNode)),
    (effect.notes ?? []).map((note) => h("p", { class: "hint" }, note)),
  );
}

const risk = (name) => h("span", { class: `badge risk-${name}` }, name);

const signs = { "+": "plus", "-": "minus", "~": "tilde" };

function changeNode(change) {
  return h(
    "li",
    { class: signs[change.sign] },
    h("code", {}, `${change.sign} ${change.what}`),
    change.detail ? ` ${change.detail}` : null,
    change.risk === "additive" ? null : risk(change.risk),
  );
}

function drift(found) {
  if (found.driftError)
    return h("section", {}, h("h2", {}, "Drift"), h("p", { class: "hint" }, `Not compared: ${found.driftError}`));
  if (found.drift.length === 0)
    return h("section", {}, h("p", { class: "fine" }, "✓ The schema is what the applied files make."));
  return h(
    "section",
    { class: "failure" },
    h("h2", {}, "The schema is not what the applied files make. It has:"),
    h("ul", { class: "changes" }, found.drift.map(changeNode)),
  );
}

function table({ migrations, commands }) {
  const line = (step) =>
    h(
      "tr",
      {},
      h("td", {}, h("code", {}, step.name)),
      h("td", {}, h("span", { class: `badge state-${step.state}` }, step.state)),
      h("td", {}, step.appliedAt ?? ""),
      h("td", {}, step.appliedBy ?? ""),
      h("td", {}, step.how ?? ""),
      h(
        "td",
        {},
        step.bookmark
          ? command("", commands.restore + step.bookmark, `${step.bookmark.slice(0, 17)}…`)
          : h("span", { class: "null" }, "none"),
      ),
    );
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["File", "State", "Since (UTC)", "By", "How", "Restore point before it"].map((text) => h("th", { scope: "col" }, text)),
      ),
    ),
    h("tbody", {}, migrations.map(line)),
  );
}

/** A command line with a button that copies it. */
function command(label, line, shown = line) {
  const copy = button(
    "Copy",
    async () => {
      await navigator.clipboard.writeText(line);
      copy.textContent = "Copied";
    },
    { class: "quiet", title: line, "aria-label": `Copy the command ${line}` },
  );
  return h("div", { class: "command" }, label ? h("span", {}, label) : null, h("code", { title: line }, shown), copy);
}

import { button, h } from "./dom.js";

/**
 * Opens a dialog with the browser's own focus trap and Escape. Buttons are [label, action, properties]; an action that
 * returns true, or a promise of it, closes the dialog.
 */
export function openDialog(title, content, buttons) {
  const actions = buttons.map(([label, action, properties]) =>
    button(label, async () => (await action(element)) && element.close(), properties),
  );
  const element = h(
    "dialog",
    { "aria-label": title },
    h("h2", {}, title),
    h("div", { class: "dialog-content" }, content),
    h("div", { class: "dialog-buttons" }, actions),
  );
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();

  return element;
}

/** A field in which the database's name has to be typed, or nothing where it need not be. */
export function confirmField(name) {
  if (!name) return { node: null, value: () => "" };
  const input = h("input", { autocomplete: "off", spellcheck: "false", "aria-label": "The database's name" });
  const node = h(
    "label",
    { class: "confirm" },
    h("span", {}, "This may be production. Type ", h("code", {}, name), " to go on: "),
    input,
  );
  return { node, value: () => input.value };
}

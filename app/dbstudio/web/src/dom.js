// Elements without innerHTML: whatever a database holds is text.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Properties that start with "on" are listeners, "class" and names with a dash are attributes, booleans
 * switch attributes on and off, and anything else is set as an attribute.
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...present(children));
  return element;
}

/** Children in one list, without those that are left out. */
function present(children) {
  return children.flat(Number.POSITIVE_INFINITY).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what is in an element. */
export function show(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

export function button(label, onclick, properties = {}) {
  return h("button", { type: "button", onclick, ...properties }, label);
}

/** Tells a screen reader what has changed. */
export function announce(text) {
  let live = document.getElementById("live");
  if (!live) {
    live = h("div", { id: "live", class: "unseen", "aria-live": "polite" });
    document.body.append(live);
  }
  live.textContent = text;
}

/** A message about a failure, where its cause is. */
export function failure(error) {
  return h("div", { class: "failure", role: "alert" }, error.message);
}

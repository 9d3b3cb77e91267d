// The address of what is shown stands behind #, so that Back works.

/** Where the page is: { tab: "table", name, view, filters, sort, desc } or { tab: "sql" } and the like. */
export function currentRoute() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [tab = "", name = ""] = path.split("/").map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  return {
    tab,
    name,
    view: parameters.get("view") ?? "rows",
    filters: readFilters(parameters.get("filters")),
    sort: parameters.get("sort") ?? "",
    desc: parameters.get("desc") === "1",
  };
}

function readFilters(text) {
  try {
    const filters = JSON.parse(text ?? "[]");
    return Array.isArray(filters) ? filters : [];
  } catch {
    return [];
  }
}

/** The address of a table's rows. */
export function tableAddress(name, { filters = [], sort = "", desc = false, view = "" } = {}) {
  const parameters = new URLSearchParams();
  if (filters.length > 0) parameters.set("filters", JSON.stringify(filters));
  if (sort) parameters.set("sort", sort);
  if (desc) parameters.set("desc", "1");
  if (view && view !== "rows") parameters.set("view", view);
  const query = parameters.toString();
  return `#/table/${encodeURIComponent(name)}${query ? `?${query}` : ""}`;
}

export function go(address) {
  location.hash = address;
}

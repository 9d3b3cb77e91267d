import dagre from "@dagrejs/dagre";
import { button, h, show, svg } from "./dom.js";
import { tableAddress } from "./route.js";
import { state } from "./state.js";

const rowHeight = 18;
const headHeight = 26;
const letter = 6.6; // the width of a character, about

/** The schema as a diagram. */
export function diagramView(main) {
  let everything = false;
  let scale = 1;
  const canvas = h("div", {
    class: "canvas",
    tabindex: "0",
    "aria-label": "Diagram: scroll with the arrow keys, zoom with + and -",
  });
  const all = h("input", { type: "checkbox" });
  all.addEventListener("change", () => {
    everything = all.checked;
    draw();
  });
  const toolbar = h(
    "div",
    { class: "toolbar" },
    button("−", () => zoom(scale / 1.2), { "aria-label": "Smaller" }),
    button("+", () => zoom(scale * 1.2), { "aria-label": "Larger" }),
    button("Fit", fit),
    h("label", { class: "check" }, all, " tools' own tables"),
    h("span", { class: "space" }),
    h("span", { class: "hint" }, "— declared reference   ┄ by its name"),
  );
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(scale * 1.2);
    if (event.key === "-") zoom(scale / 1.2);
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  });

  function draw() {
    const tables = state.tables.filter((table) => everything || (!table.internal && table.kind !== "shadow"));
    show(canvas, drawing(tables));
    fit();
  }

  function zoom(to) {
    scale = Math.min(3, Math.max(0.2, to));
    const picture = canvas.firstElementChild;
    picture.style.width = `${picture.viewBox.baseVal.width * scale}px`;
    picture.style.height = `${picture.viewBox.baseVal.height * scale}px`;
  }

  function fit() {
    const { width, height } = canvas.firstElementChild.viewBox.baseVal;
    zoom(Math.min(1.25, (canvas.clientWidth - 4) / width, (canvas.clientHeight - 4) / height));
  }

  show(main, toolbar, canvas);
  draw();
}

/** Places the tables. Those without references stand in columns of their own, beside the others. */
export function layout(tables) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 24, ranksep: 80, marginx: 16, marginy: 16 });
  const edges = edgesOf(tables);
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  for (const table of tables) if (linked.has(table.name)) graph.setNode(table.name, size(table));
  const before = leaves(edges);
  for (const [i, { from, to }] of edges.entries()) {
    graph.setEdge(before.has(from) ? { v: from, w: to, name: String(i) } : { v: to, w: from, name: String(i) }, {});
  }
  dagre.layout(graph);

  // An edge that passes tables has a point beside each of them; the first, the middle and the last of others mean nothing.
  for (const [i, edge] of edges.entries()) {
    const { v, w } = before.has(edge.from) ? { v: edge.from, w: edge.to } : { v: edge.to, w: edge.from };
    const { points } = graph.edge(v, w, String(i));
    const passed = points.length > 3 ? points.slice(1, -1) : [];
    edge.between = v === edge.from ? passed : passed.reverse();
  }
  const boxes = new Map();
  for (const name of graph.nodes()) {
    const { x, y, width, height } = graph.node(name);
    boxes.set(name, { x: x - width / 2, y: y - height / 2, width, height });
  }
  addAlone(
    boxes,
    tables.filter((table) => !linked.has(table.name)),
  );
  return { boxes, edges };
}

function edgesOf(tables) {
  const names = new Set(tables.map((table) => table.name));
  return tables.flatMap((table) =>
    table.references
      .filter((reference) => names.has(reference.table) && reference.table !== table.name)
      .map((reference) => ({ from: table.name, to: reference.table, reference })),
  );
}

/**
 * Tables that refer to one other and are referred to by none, where that other has many of them. They stand before it,
 * instead of behind it with those that lead further: it makes the diagram wide instead of high.
 */
function leaves(edges) {
  const parents = Map.groupBy(edges, ({ from }) => from);
  const referred = new Set(edges.map(({ to }) => to));
  const isLeaf = ({ from }) => !referred.has(from) && new Set(parents.get(from).map(({ to }) => to)).size === 1;
  const many = [...Map.groupBy(edges, ({ to }) => to).values()].filter((children) => children.length > 3);
  return new Set(
    many
      .flat()
      .filter(isLeaf)
      .map(({ from }) => from),
  );
}

const size = (table) => ({
  width: Math.max(
    150,
    24 + letter * Math.max(table.name.length + 2, ...table.columns.map(({ name, type }) => name.length + type.length + 5)),
  ),
  height: headHeight + rowHeight * table.columns.length + 6,
});

function addAlone(boxes, tables) {
  const extent = [...boxes.values()];
  const bottom = Math.max(500, ...extent.map((box) => box.y + box.height));
  let x = extent.length > 0 ? Math.max(...extent.map((box) => box.x + box.width)) + 60 : 16;
  let y = 16;

  let widest = 0;
  for (const table of tables) {
    const box = size(table);
    if (y > 16 && y + box.height > bottom) {
      x += widest + 28;
      y = 16;
      widest = 0;
    }
    boxes.set(table.name, { x, y, ...box });
    y += box.height + 28;
    widest = Math.max(widest, box.width);
  }
}

function drawing(tables) {
  const { boxes, edges } = layout(tables);
  const width = Math.max(16, ...[...boxes.values()].map((box) => box.x + box.width)) + 16;
  const height = Math.max(16, ...[...boxes.values()].map((box) => box.y + box.height)) + 16;
  const byName = new Map(tables.map((table) => [table.name, table]));

  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Schema" },
    svg(
      "g",
      { class: "edges" },
      edges.map((edge) => edgePath(edge, boxes, byName)),
    ),
    tables.map((table) => tableBox(table, boxes.get(table.name))),
  );
}

const columnY = (table, box, name) =>
  box.y +
  headHeight +
  rowHeight *
    (Math.max(
      0,
      table.columns.findIndex((column) => column.name === name),
    ) +
      0.5) +
  2;

/** A curve from the column that refers to the one that is referred to, by the nearer sides, around what stands between. */
function edgePath({ from, to, reference, between }, boxes, byName) {
  const [a, b] = [boxes.get(from), boxes.get(to)];
  const rightward = a.x + a.width / 2 < b.x + b.width / 2;
  const start = { x: rightward ? a.x + a.width : a.x, y: columnY(byName.get(from), a, reference.columns[0]) };
  const end = { x: rightward ? b.x : b.x + b.width, y: columnY(byName.get(to), b, reference.to[0]) };
  const title = `${from}.${reference.columns.join(", ")} → ${to}.${reference.to.join(", ")}`;
  return svg(
    "g",
    { class: reference.implied ? "implied" : null },
    svg("path", { d: curve([start, ...between, end]) }, svg("title", {}, title)),
    svg("circle", { cx: end.x, cy: end.y, r: 3 }),
  );
}

/** A path through points that leaves and enters each of them horizontally. */
function curve([first, ...rest]) {
  let last = first;
  const parts = rest.map((point) => {
    const middle = (last.x + point.x) / 2;
    const part = `C ${middle} ${last.y}, ${middle} ${point.y}, ${point.x} ${point.y}`;
    last = point;
    return part;
  });
  return `M ${first.x} ${first.y} ${parts.join(" ")}`;
}

function tableBox(table, { x, y, width, height }) {
  const line = (column, i) => {
    const at = headHeight + rowHeight * (i + 0.5) + 6;
    const mark = column.key ? "◆ " : table.references.some((reference) => reference.columns.includes(column.name)) ? "↗ " : "";
    return [
      svg("text", { x: 10, y: at, class: column.key ? "key" : null }, mark + column.name),
      svg("text", { x: width - 10, y: at, class: "type" }, column.type.toLowerCase() + (column.notNull ? "" : "?")),
    ];
  };
  return svg(
    "a",
    {
      href: tableAddress(table.name),
      transform: `translate(${x} ${y})`,
      class: `box ${table.kind}`,
      "aria-label": `Table ${table.name}`,
    },
    svg("rect", { width, height, rx: 6 }),
    svg("path", { class: "rule", d: `M 0 ${headHeight} H ${width}` }),
    svg("text", { x: 10, y: 17, class: "name" }, table.name),
    table.columns.map(line),
  );
}

// results.svg: CPU per request at each endpoint, as bars. Each endpoint has a scale of its own, because sign-in costs a
// hundred times as much as health.
import { endpoints } from "./endpoints.mjs";
import { grouped } from "./report.mjs";
import { median } from "./statistics.mjs";

const shown = [
  ["stack", "TypeScript stack"],
  ["ours", "ours"],
  ["floor", "bare JavaScript, same SQL"],
];
const width = 760;
const left = 210;
const right = 80;
const bar = 13;
const group = shown.length * bar + 15;
const top = 78;

// The page behind may be light or dark.
const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .value { font-size: 11px; fill: #57606a; }
  .stack { fill: #8c959f; } .ours { fill: #0969da; } .floor { fill: #bf8700; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .value { fill: #9198a1; }
    .stack { fill: #6e7681; } .ours { fill: #4493f8; } .floor { fill: #d29922; }
  }`;

// chart draws the results of run.mjs.
export function chart({ endpoints: measured, date }) {
  const height = top + endpoints.length * group + 6;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="CPU per request in workerd">
<style>${style}
</style>
<text class="title" x="12" y="26">CPU per request in workerd, µs (less is better)</text>
<text class="value" x="${width - 12}" y="26" text-anchor="end">${date}</text>
${legend()}
${endpoints.map(({ name }, index) => bars(name, measured[name], top + index * group)).join("\n")}
</svg>
`;
}

function legend() {
  let x = 12;
  return shown
    .map(([name, text]) => {
      const mark = `<rect class="${name}" x="${x}" y="42" width="11" height="11" rx="2"/><text x="${x + 17}" y="52">${text}</text>`;
      x += 40 + text.length * 6.6;
      return mark;
    })
    .join("\n");
}

function bars(name, contenders, y) {
  const values = shown.map(([contender]) => [contender, median(contenders[contender].map(({ cpu }) => cpu))]);
  const most = Math.max(...values.map(([, value]) => value));
  const drawn = values.map(([contender, value], index) => {
    const length = Math.max(2, ((width - left - right) * value) / most).toFixed(1);
    const at = y + index * bar;
    return `<rect class="${contender}" x="${left}" y="${at}" width="${length}" height="${bar - 2}" rx="2"/><text class="value" x="${left + Number(length) + 6}" y="${at + 9}">${grouped(Math.round(value))}</text>`;
  });
  return `<text x="${left - 12}" y="${y + (shown.length * bar) / 2 + 3}" text-anchor="end">${name}</text>\n${drawn.join("\n")}`;
}

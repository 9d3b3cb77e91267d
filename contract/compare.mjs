// Compares a transcript with a golden one, and prints each difference.

// compare returns how many steps failed. only restricts it to the scenarios with that part in their name.
export function compare(golden, actual, only = "") {
  const counts = { passed: 0, failed: 0, tolerated: 0 };
  for (const [scenario, steps] of Object.entries(golden)) {
    if (!scenario.includes(only)) continue;
    for (const [index, want] of steps.entries()) {
      counts[judge(`${scenario} #${index + 1} ${want.name}`, want, actual[scenario]?.[index])]++;
    }
  }

  if (counts.tolerated > 0) console.log(`${counts.tolerated} steps differ only where the reference has a known defect`);
  console.log(`${counts.passed + counts.tolerated} passed, ${counts.failed} failed`);
  return counts.failed;
}

function judge(title, want, got) {
  const found = differences(want, got);
  if (found.length === 0) return "passed";

  const tolerable = (line) => !want.tolerate || want.tolerate.some((prefix) => line.trim().startsWith(prefix));
  if (want.defect && found.every(tolerable)) {
    console.log(`~ ${title} (known defect: ${want.defect})\n${found.join("\n")}`);
    return "tolerated";
  }
  console.log(`✗ ${title}\n${found.join("\n")}`);
  return "failed";
}

function differences(want, got, at = "") {
  if (JSON.stringify(want) === JSON.stringify(got)) return [];
  if (!isObject(want) || !isObject(got) || Array.isArray(want) !== Array.isArray(got)) {
    return [`    ${at}: expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
  }
  const keys = new Set([...Object.keys(want), ...Object.keys(got)]);
  return [...keys].flatMap((key) => differences(want[key], got[key], at ? `${at}.${key}` : key));
}

const isObject = (value) => value !== null && typeof value === "object";

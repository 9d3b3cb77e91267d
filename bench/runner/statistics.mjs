export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// percentile returns the p-th percentile of sorted values, by nearest rank.
export const percentile = (sorted, p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];

// summary describes values over the rounds.
export const summary = (values) => ({ median: median(values), least: Math.min(...values), most: Math.max(...values) });

// rotated returns a list that starts at another of its elements.
export const rotated = (list, by) => list.map((_, index) => list[(index + by) % list.length]);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// percentile reads the p-th percentile, by nearest rank, of values that are sorted.
export const percentile = (sorted, p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];

// summary of values over the rounds.
export const summary = (values) => ({ median: median(values), least: Math.min(...values), most: Math.max(...values) });

// rotated begins a list at another of its elements.
export const rotated = (list, by) => list.map((_, index) => list[(index + by) % list.length]);

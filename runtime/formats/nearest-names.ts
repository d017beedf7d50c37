/**
 * The names that most likely mean `wanted`, best first: those that end alike. Names of weights differ at the front
 * (`module.`, `g_ema.`) or in a number, rarely by a typing error.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 1): string[] {
  const parts = wanted.split('.');
  const scored: [score: number, name: string][] = [];
  for (const name of names) {
    const score = similarity(parts, name.split('.'));
    if (score > 0) scored.push([score, name]);
  }
  // Stable: of equally near names the first in the file comes first.
  return scored
    .sort(([a], [b]) => b - a)
    .slice(0, count)
    .map(([, name]) => name);
}

/** Parts in common at the end, then at the front, as a share of the longer name; 0 below a half. */
function similarity(a: readonly string[], b: readonly string[]): number {
  const longest = Math.max(a.length, b.length);
  const shortest = Math.min(a.length, b.length);
  let end = 0;
  while (end < shortest && a.at(-1 - end) === b.at(-1 - end)) end++;
  let front = 0;
  while (front < shortest - end && a[front] === b[front]) front++;
  const score = (end + front) / longest;
  return score >= 0.5 ? score : 0;
}

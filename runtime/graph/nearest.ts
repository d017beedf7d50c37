/**
 * Edit distance with adjacent transpositions (optimal string alignment), given up beyond `limit`.
 * Returns `limit + 1` when the two words are further apart.
 */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

/**
 * The candidate that `wrong` most likely meant, or undefined when none is near: at most a third of its letters
 * differ (one may in short words, but some must be the same), letter case aside, or one of the two is the last part of the other (`photometric` for
 * `loss/photometric`). Ties go to the first in alphabetical order.
 */
export function nearest(wrong: string, candidates: Iterable<string>): string | undefined {
  if (wrong.length > 100) return undefined;
  const word = wrong.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3));
  for (const candidate of [...candidates].sort()) {
    const other = candidate.toLowerCase();
    if (word && (other.endsWith(`/${word}`) || word.endsWith(`/${other}`))) return candidate;
    const d = distance(word, other, least);
    const alike = d < Math.max(word.length, other.length);
    if (alike && (d < least || (d === least && best === undefined))) {
      best = candidate;
      least = d;
    }
  }
  return best;
}

import type { Comparison } from './compare.ts';

/** What came of one case. */
export interface Outcome {
  readonly name: string;
  readonly comparisons: readonly Comparison[];
  readonly seconds: number;
  /** Stored results that the project does not compute, with the reason. */
  readonly waived: readonly (readonly [name: string, reason: string])[];
  /** An error that ended the case before all was compared. */
  readonly error?: string;
}

export function passed(outcome: Outcome): boolean {
  return !outcome.error && outcome.comparisons.every((comparison) => comparison.passed);
}

/** One line for a case: verdict, time, and each tensor's worst error relative to its greatest value, worst first. */
export function caseLine(outcome: Outcome): string {
  const { name, comparisons, seconds, waived, error } = outcome;
  const errors = [...comparisons]
    .sort((a, b) => b.worst - a.worst)
    .map((comparison) => `${comparison.name} ${scientific(comparison.worst)}`);
  const verdict = passed(outcome) ? 'pass' : 'FAIL';
  const head = `${verdict} ${name} (${comparisons.length} tensors, ${seconds.toFixed(1)} s)`;
  const line = [head, ...(error ? [error] : []), errors.join(', ')].filter((part) => part !== '').join(': ');
  return [line, ...waived.map(([tensor, reason]) => `without ${tensor}: ${reason}`)].join('; ');
}

/** The failures as a table, then the count as the last line. */
export function summary(outcomes: readonly Outcome[]): string {
  const failures = outcomes.flatMap((outcome) => {
    const failed = outcome.comparisons.filter((comparison) => !comparison.passed);
    const rows = failed.map(({ name, worst, bad, message }) => [
      outcome.name,
      name,
      scientific(worst),
      `${(100 * bad).toFixed(2)} %`,
      message,
    ]);
    return outcome.error ? [[outcome.name, '', '', '', outcome.error], ...rows] : rows;
  });
  const passes = outcomes.filter(passed).length;
  const lines: string[] = [];
  if (failures.length > 0)
    lines.push('', ...table([['case', 'tensor', 'worst', 'outside', 'why'], ...failures]));
  return [...lines, '', `${passes} passed, ${outcomes.length - passes} failed`].join('\n');
}

function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function scientific(value: number): string {
  return value === 0 || !Number.isFinite(value) ? String(value) : value.toExponential(1);
}

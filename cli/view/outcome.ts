import { describeProblem, withUnit } from './describe.ts';
import { formatDuration } from './format.ts';
import { spread } from './row.ts';
import type { ItemResult, RunView } from './run-view.ts';
import type { Style } from './style.ts';
import { clean, column } from './width.ts';

/**
 * What stays below the last frame: how the run ended, the node and the reason where it failed, and the command that
 * continues it. Whole lines, however narrow the terminal: they are there to be copied.
 */
export function outcomeLines(view: RunView, style: Style): string[] {
  const { outcome } = view;
  if (!outcome) return [];
  const took = formatDuration(outcome.milliseconds);
  const lines: string[] = [];
  if (outcome.status === 'completed') {
    const failed = outcome.failedItems.length;
    const items = failed > 0 ? `, ${failed} of ${view.run?.items.length ?? failed} items failed` : '';
    lines.push((failed > 0 ? style.yellow : style.green)(`✓ completed in ${took}${items}`));
  } else if (outcome.status === 'failed') {
    const reason = outcome.problem ? `: ${clean(describeProblem(outcome.problem))}` : '';
    lines.push(style.red(`✗ failed after ${took}${reason}`));
  } else {
    lines.push(style.yellow(`‖ interrupted after ${took}; the state is kept`));
  }
  if (outcome.problem?.hint) lines.push(`  ${clean(outcome.problem.hint)}`);
  if (outcome.failedItems.length > 0) lines.push(`  failed: ${outcome.failedItems.map(clean).join(', ')}`);
  if (view.run) lines.push(style.dim(`  results in ${clean(view.run.folder)}`));
  if (outcome.resume) lines.push('  to continue:', `  ${style.bold(clean(outcome.resume))}`);
  return lines;
}

/** One line for an item that has ended: it stays in the terminal's scrollback. */
export function resultLine(result: ItemResult, count: number, width: number, style: Style): string {
  const sign = result.problem ? style.red('✗') : style.green('✓');
  const name = column(clean(result.item), Math.min(28, Math.max(12, Math.floor(width * 0.3))));
  const metrics = result.metrics.map(({ name, value, unit }) => `${clean(name)} ${withUnit(value, unit)}`);
  const what = result.problem ? style.red(clean(describeProblem(result.problem))) : metrics.join('  ');
  return spread(
    `${sign} ${result.index + 1}/${count} ${name} ${what}`,
    style.dim(formatDuration(result.milliseconds)),
    width,
  );
}

import { describeProblem } from '../describe.ts';
import { formatDuration } from '../format.ts';
import type { Style } from '../style.ts';
import { clean } from '../width.ts';
import { isDone, phaseOf, type RunsView } from './state.ts';

/** What stays below the last frame: how the runs ended, what failed, and the command that goes on. Whole lines. */
export function runsOutcome(view: RunsView, goOn: string | undefined, style: Style): string[] {
  const runs = [...view.runs];
  const ended = runs.filter(([, { outcome }]) => outcome);
  if (view.started === undefined || ended.length < runs.length) return [];
  const took = formatDuration(view.now - view.started);
  const completed = runs.filter(([, run]) => isDone(run)).length;
  const what = `${completed} of ${view.awaited.length} runs`;
  const items = view.failed > 0 ? `, ${view.failed} of ${view.finished} items failed` : '';
  const lines: string[] = [];
  const phase = phaseOf(view);
  if (phase === 'completed') {
    lines.push((view.failed > 0 ? style.yellow : style.green)(`✓ completed ${what} in ${took}${items}`));
  } else if (phase === 'failed') lines.push(style.red(`✗ failed after ${took}; completed ${what}${items}`));
  else lines.push(style.yellow(`‖ interrupted after ${took}, completed ${what}; the state is kept${items}`));
  for (const [name, run] of ended) {
    const { outcome } = run;
    if (!outcome?.problem || isDone(run)) continue;
    lines.push(style.red(`  ${clean(`${name}: ${describeProblem(outcome.problem)}`)}`));
    if (outcome.problem.hint) lines.push(`  ${clean(outcome.problem.hint)}`);
  }
  if (phase !== 'completed' && goOn !== undefined)
    lines.push('  to continue:', `  ${style.bold(clean(goOn))}`);
  return lines;
}

import type { Problem, RunEvent } from '../../runtime/run/events.ts';
import { formatBytes, formatCount, formatDuration, formatValue } from './format.ts';
import type { LogLine } from './run-view.ts';

/** What one event means in one line of words, or nothing for those that other parts of a view show. */
export function describeEvent(event: RunEvent): Omit<LogLine, 'time'> | undefined {
  switch (event.kind) {
    case 'run-started': {
      const again =
        event.resumedAt === undefined ? 'started' : `continued at pull ${formatCount(event.resumedAt)}`;
      return info(`run ${event.run} ${again} on ${event.engine.name}: ${event.engine.reason}`);
    }
    case 'item-started':
      return info(`item ${event.index + 1}/${event.count} ${event.item}`);
    case 'stage-started':
      return info(`stage ${event.index + 1} ${event.stage}`);
    case 'compiled':
      return info(
        `compiled ${event.node}: ${formatCount(event.operators)} operators, ${counted(event.sessions, 'session')}, ` +
          `${formatBytes(event.peakBytes)}, in ${formatDuration(event.milliseconds)}`,
      );
    case 'metric':
      return info(`${event.name} ${withUnit(event.value, event.unit)} at pull ${formatCount(event.step)}`);
    case 'file':
      return info(`${event.node} wrote ${event.path}, ${formatBytes(event.bytes)}`);
    case 'checkpoint':
      return good(
        `checkpoint at pull ${formatCount(event.step)}, ${formatBytes(event.bytes)}, ` +
          `${Math.round(event.milliseconds)} ms`,
      );
    case 'sink-failed':
      return { level: 'warning', text: `sink ${event.node} failed: ${describeProblem(event.problem)}` };
    case 'item-failed':
      return { level: 'error', text: `item ${event.item} failed: ${describeProblem(event.problem)}` };
    case 'item-finished':
      return good(`item ${event.item} finished in ${formatDuration(event.milliseconds)}`);
    case 'paused':
      return { level: 'warning', text: 'paused' };
    case 'continued':
      return info('continued');
    case 'log':
      return { level: event.level, text: event.message };
    case 'run-finished':
      return describeEnd(event);
    default:
      return undefined;
  }
}

/** `node photo: loss is NaN (run/not-finite)`. */
export function describeProblem(problem: Problem): string {
  const place = problem.node === undefined ? '' : `node ${problem.node}: `;
  return `${place}${problem.message} (${problem.code})`;
}

/** A value with its unit, e.g. `16.2°`, `0.78 ×10⁻²`. */
export function withUnit(value: number, unit: string | undefined): string {
  if (unit === undefined || unit === '') return formatValue(value);
  return unit === '°' || unit === '%' ? `${formatValue(value)}${unit}` : `${formatValue(value)} ${unit}`;
}

function describeEnd(event: Extract<RunEvent, { kind: 'run-finished' }>): Omit<LogLine, 'time'> {
  const took = `after ${formatDuration(event.milliseconds)}`;
  if (event.status === 'interrupted')
    return { level: 'warning', text: `interrupted ${took}; the state is kept` };
  if (event.status === 'failed') {
    return {
      level: 'error',
      text: `failed ${took}${event.problem ? `: ${describeProblem(event.problem)}` : ''}`,
    };
  }
  const failed = event.failedItems.length;
  return failed === 0
    ? good(`completed ${took}`)
    : {
        level: 'warning',
        text: `completed ${took}; ${counted(failed, 'item')} failed: ${event.failedItems.join(', ')}`,
      };
}

const info = (text: string) => ({ level: 'info', text }) as const;
const good = (text: string) => ({ level: 'good', text }) as const;

/** `1 item`, `2 items`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

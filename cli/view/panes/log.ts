import { formatClock } from '../format.ts';
import { title } from '../row.ts';
import type { LogLine, RunView } from '../run-view.ts';
import type { Style } from '../style.ts';
import { clean, cut } from '../width.ts';

export interface LogOptions {
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** Lines that the pane is scrolled back from the newest. */
  readonly back: number;
}

/** The last lines of what happened, newest at the bottom. */
export function logRows(view: RunView, options: LogOptions, style: Style): string[] {
  const { width, height, focused } = options;
  const room = Math.max(0, height - 1);
  const back = Math.max(0, Math.min(options.back, view.log.length - room));
  const end = view.log.length - back;
  const lines = view.log.slice(Math.max(0, end - room), end);
  const remark = back > 0 ? `${back} newer` : '';
  return [
    title('log', width, style, { focused, remark }),
    ...lines.map((line) => `${style.dim(formatClock(line.time))} ${written(line, width - 9, style)}`),
  ];
}

function written(line: LogLine, width: number, style: Style): string {
  const text = cut(clean(line.text), width);
  switch (line.level) {
    case 'error':
      return style.red(text);
    case 'warning':
      return style.yellow(text);
    case 'good':
      return style.green(text);
    default:
      return text;
  }
}

import { title } from '../row.ts';
import type { Style } from '../style.ts';

const KEYS = [
  ['p', 'pause the run after the current pull, or continue it', true],
  ['c', 'write a checkpoint now', true],
  ['q', 'stop the run; its state is kept and the command that continues it is printed', true],
  ['q', 'close this view; the run goes on', false],
  ['tab', 'next pane: losses, images, graph, log', undefined],
  ['← →', 'all images, or each alone', undefined],
  ['↑ ↓', 'choose a curve, or scroll the graph or the log', undefined],
  ['esc', 'back: all images, the newest log line, the running node', undefined],
  ['?', 'show or hide this help', undefined],
] as const;

/** The help page; keys that steer the run only where the view can. */
export function helpRows(options: { width: number; steers: boolean }, style: Style): string[] {
  const keys = KEYS.filter(([, , steering]) => steering === undefined || steering === options.steers);
  return [
    title('keys', options.width, style),
    ...keys.map(([key, does]) => `  ${style.bold(key.padEnd(5))} ${does}`),
    '',
    `  ${style.green('●')} running  ${style.green('✓')} done  ${style.dim('·')} not yet  ${style.red('✗')} failed`,
    style.dim('  ▪ share of the step’s time   ↑ input shown under another node'),
    style.dim('  ◆ metric   dim curve: not of the current step'),
  ];
}

import { formatDuration } from '../format.ts';
import { spread } from '../row.ts';
import type { RunView } from '../run-view.ts';
import type { Style } from '../style.ts';
import type { Request } from '../ui.ts';
import { widthOf } from '../width.ts';

export interface FooterOptions {
  readonly width: number;
  /** The present, milliseconds since 1970. */
  readonly clock: number;
  /** Whether the view can steer the run. */
  readonly steers: boolean;
  readonly keys: boolean;
  readonly request?: Request;
}

/** What is said of a request until the run has answered. */
export const REQUESTS: { readonly [request in Request]: string } = {
  pause: 'pausing after this pull …',
  resume: 'continuing …',
  checkpoint: 'writing a checkpoint …',
  quit: 'stopping, the state is kept …',
};

/** The last row: the keys on the left; what was asked for, the time so far and the last checkpoint on the right. */
export function footerRow(view: RunView, options: FooterOptions, style: Style): string {
  const { width, clock, request } = options;
  if (view.outcome || !options.keys) return timesOf(view, clock, width, style);
  const key = (name: string, does: string) => `${style.bold(name)} ${style.dim(does)}`;
  const steering = [key('p', view.phase === 'paused' ? 'continue' : 'pause'), key('c', 'checkpoint')];
  const looking = [
    key('tab', 'pane'),
    key('←→', 'preview'),
    key('?', 'help'),
    key('q', options.steers ? 'quit' : 'close'),
  ];
  const keys = [...(options.steers ? steering : []), ...looking].join('  ');
  const room = width - widthOf(keys) - 2;
  const right = request ? style.yellow(REQUESTS[request]) : timesOf(view, clock, room, style);
  return spread(keys, right, width);
}

/** The time so far and the age of the last checkpoint, as far as there is room. */
function timesOf(view: RunView, clock: number, room: number, style: Style): string {
  if (!view.run) return '';
  const now = view.outcome ? view.now : Math.max(view.now, clock);
  const elapsed = `elapsed ${formatDuration(view.outcome?.milliseconds ?? now - view.run.time)}`;
  const saved =
    view.checkpoint && !view.outcome ? `saved ${formatDuration(now - view.checkpoint.time)} ago` : '';
  const fitting = [[elapsed, saved].filter(Boolean).join(' · '), saved, elapsed].find(
    (text) => text !== '' && widthOf(text) <= room,
  );
  return style.dim(fitting ?? '');
}

import { Box, useInput } from 'ink';
import { type JSX, useState } from 'react';
import { type Controls, interrupt } from '../controls.ts';
import { formatDuration } from '../format.ts';
import { REQUESTS } from '../panes/footer.ts';
import { spread } from '../row.ts';
import { Rows } from '../rows.tsx';
import type { Place } from '../scene.tsx';
import { type Style, styleFor } from '../style.ts';
import type { Request } from '../ui.ts';
import { headRows, newsRows, runRows } from './rows.ts';
import { phaseOf, type RunsView } from './state.ts';

export interface RunsDashboardProps extends Place {
  readonly view: RunsView;
  /** How many runs there are at once. */
  readonly jobs: number;
  readonly controls: Controls;
}

/** Rows of the log at most, with its title. */
const LOG = 6;

/** A frame of several runs: all of them together, each, and what people should know. */
export function RunsDashboard(props: RunsDashboardProps): JSX.Element {
  const { view, jobs, terminal, depth, clock, keys, controls, onRepaint } = props;
  const [request, setRequest] = useState<{ readonly wanted: Request; readonly from: string }>();
  const style = styleFor(depth);
  const phase = phaseOf(view);
  const width = Math.max(1, terminal.columns - 1);
  const height = Math.max(1, terminal.rows - 1);

  useInput(
    (input, key) => {
      const ask = (wanted: Request) => {
        setRequest({ wanted, from: heard(view) });
        controls[wanted]();
      };
      if (key.ctrl && input === 'c') return interrupt(controls);
      if (key.ctrl && input === 'l') return onRepaint();
      if (input === 'q') return ask('quit');
      if (input === 'p') return ask(phase === 'paused' ? 'resume' : 'pause');
      if (input === 'c') ask('checkpoint');
    },
    { isActive: keys && phase !== 'completed' },
  );

  // what was asked stands until the runs have answered
  const asked =
    request && (request.wanted === 'quit' || request.from === heard(view)) ? request.wanted : undefined;
  const head = headRows(view, { width, jobs }, style);
  const news = view.log.length === 0 ? 0 : Math.min(LOG, view.log.length + 1);
  const log = height - head.length - 1 - news >= 3 ? news : 0;
  const room = Math.max(0, height - head.length - log - 1);
  const runs = Math.min(view.awaited.length + 1, room);
  const footer = footerText(view, { width, clock, keys, asked }, style);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Rows rows={head} width={width} height={Math.min(head.length, height)} />
      <Rows rows={runRows(view, { width, height: runs }, style)} width={width} height={runs} />
      <Rows rows={newsRows(view, { width, height: log }, style)} width={width} height={log} />
      {height > head.length && <Rows rows={[footer]} width={width} height={1} />}
    </Box>
  );
}

/** Changes when a run says that it has done what was asked. */
function heard({ runs }: RunsView): string {
  return [...runs.values()].map(({ phase, checkpoint }) => `${phase} ${checkpoint?.time ?? ''}`).join();
}

function footerText(
  view: RunsView,
  { width, clock, keys, asked }: { width: number; clock: number; keys: boolean; asked: Request | undefined },
  style: Style,
): string {
  const phase = phaseOf(view);
  const ended = phase === 'completed' || phase === 'interrupted' || phase === 'failed';
  const elapsed =
    view.started === undefined ? 0 : (ended ? view.now : Math.max(view.now, clock)) - view.started;
  const time = style.dim(`elapsed ${formatDuration(elapsed)}`);
  if (ended || !keys) return spread('', time, width);
  const key = (name: string, does: string) => `${style.bold(name)} ${style.dim(does)}`;
  const left = [
    key('p', phase === 'paused' ? 'continue' : 'pause'),
    key('c', 'checkpoint'),
    key('q', 'quit'),
  ];
  return spread(left.join('  '), asked ? style.yellow(REQUESTS[asked]) : time, width);
}

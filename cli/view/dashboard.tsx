import { Box, useInput } from 'ink';
import { type JSX, useEffect, useMemo, useState } from 'react';
import { type Controls, interrupt } from './controls.ts';
import { GAP, type Layout, layoutFor, type Pane, type Size } from './layout.ts';
import { footerRow } from './panes/footer.ts';
import { graphRows, lastTop, topRow } from './panes/graph.ts';
import { headerRows } from './panes/header.ts';
import { helpRows, lastHelpTop } from './panes/help.ts';
import { Images, previewCount } from './panes/images.tsx';
import { logRows } from './panes/log.ts';
import { curvesOf, lossRows } from './panes/losses.ts';
import { Rows } from './rows.tsx';
import type { RunView } from './run-view.ts';
import type { Place } from './scene.tsx';
import { styleFor } from './style.ts';
import { treeOf } from './tree.ts';
import { INITIAL_UI, type Move, moved, type Request, type Ui } from './ui.ts';

export interface DashboardProps extends Place {
  readonly view: RunView;
  /** The run's folder, where it is not the one that the run names. */
  readonly folder?: string;
  readonly controls?: Controls;
}

/** A frame of the dashboard: everything it shows comes from `view` and from what the keys have chosen. */
export function Dashboard(props: DashboardProps): JSX.Element {
  const { view, terminal, depth, clock, controls, keys, onClose, onRepaint } = props;
  const [ui, setUi] = useState(INITIAL_UI);
  const [request, setRequest] = useRequest(view);
  const style = useMemo(() => styleFor(depth), [depth]);
  const tree = useTree(view);
  const curves = curvesOf(view).length;
  const width = Math.max(1, terminal.columns - 1);
  const header = headerRows(view, { width }, style, clock);
  const layout = layoutFor(terminal, {
    header: header.length,
    focus: ui.focus,
    curves,
    ended: view.outcome !== undefined,
  });

  const page = { width, steers: controls !== undefined };

  useInput(
    (input, key) => {
      const ask = (wanted: Request) => {
        setRequest(wanted);
        controls?.[wanted]();
      };
      if (key.ctrl && input === 'c') return controls ? interrupt(controls) : onClose();
      if (key.ctrl && input === 'l') {
        onRepaint();
        return setUi((current) => ({ ...current }));
      }
      if (input === 'q') return controls ? ask('quit') : onClose();
      if (input === 'p' && controls) return ask(view.phase === 'paused' ? 'resume' : 'pause');
      if (input === 'c' && controls) return ask('checkpoint');
      const move = moveOf(input, key);
      if (!move) return;
      const graph = { ...(sizeOf(layout, 'graph') ?? { height: 0 }), ...topOf(ui) };
      const bounds = {
        previews: previewCount(view),
        curves,
        graphLast: lastTop(tree, graph.height),
        graphTop: topRow(view, tree, graph),
        logLines: view.log.length,
        helpLast: lastHelpTop(page, heightOf(layout), style),
      };
      setUi((current) => moved(current, move, bounds));
    },
    { isActive: keys && view.outcome === undefined },
  );

  const footer = { ...page, clock, keys, ...(request ? { request } : {}) };
  const panes = (pane: Pane, size: Size): JSX.Element => {
    const options = { ...size, focused: keys && ui.focus === pane };
    if (pane === 'images') {
      const { folder = view.run?.folder ?? '.' } = props;
      const preview = Math.min(ui.preview, previewCount(view) - 1);
      return (
        <Images key={pane} {...{ view, size, focused: options.focused, preview, folder, depth, style }} />
      );
    }
    const rows =
      pane === 'losses'
        ? lossRows(view, { ...options, selected: ui.curve }, style)
        : pane === 'graph'
          ? graphRows(view, tree, { ...options, ...topOf(ui) }, style)
          : logRows(view, { ...options, back: ui.logBack }, style);
    return <Rows key={pane} rows={rows} {...size} />;
  };
  const { helpTop: top } = ui;
  const help = top === undefined ? undefined : helpRows(page, { top, height: heightOf(layout) }, style);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Rows rows={header} width={width} height={layout.header} />
      {help ? (
        <Rows rows={help} width={width} height={heightOf(layout)} />
      ) : (
        <Columns layout={layout} panes={panes} />
      )}
      {layout.log && !help && panes('log', layout.log)}
      {layout.height > layout.header && (
        <Rows rows={[footerRow(view, footer, style)]} width={width} height={1} />
      )}
    </Box>
  );
}

function Columns(props: { layout: Layout; panes: (pane: Pane, size: Size) => JSX.Element }): JSX.Element {
  return (
    <Box columnGap={GAP} flexShrink={0}>
      {props.layout.columns.map((column) => (
        <Box key={column.map(({ pane }) => pane).join()} flexDirection="column" flexShrink={0}>
          {column.map(({ pane, size }) => props.panes(pane, size))}
        </Box>
      ))}
    </Box>
  );
}

/** What was asked of the run, until an event tells that it was heard. */
function useRequest(view: RunView): [Request | undefined, (request: Request) => void] {
  const [request, setRequest] = useState<Request>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: these changes are the run's answers
  useEffect(() => {
    setRequest((current) => (current === 'quit' ? current : undefined));
  }, [view.phase, view.checkpoint]);
  return [request, setRequest];
}

/** The tree is only built anew when something that it shows has changed. */
function useTree(view: RunView): ReturnType<typeof treeOf> {
  const { run, running, done, failed, profiles } = view;
  const pulled = view.pull?.node;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts of the view that the tree shows
  return useMemo(() => treeOf(view), [run, running, done, failed, profiles, pulled]);
}

function moveOf(input: string, key: Readonly<Record<string, unknown>>): Move | undefined {
  if (input === '?' || input === 'h') return 'help';
  if (key.tab) return key.shift ? 'previous-pane' : 'next-pane';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  return key.escape ? 'back' : undefined;
}

function sizeOf(layout: Layout, pane: Pane): Size | undefined {
  return layout.columns.flat().find((place) => place.pane === pane)?.size;
}

function topOf(ui: Ui): { top?: number } {
  return ui.graphTop === undefined ? {} : { top: ui.graphTop };
}

function heightOf(layout: Layout): number {
  return layout.height - layout.header - 1;
}

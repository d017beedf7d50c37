import { counted, describeProblem } from '../describe.ts';
import { formatBytes, formatClock, formatCount, formatDuration, formatPercent } from '../format.ts';
import type { Told } from '../present.ts';
import { quietPull } from '../progress.ts';
import type { Style } from '../style.ts';
import { clean, column, widthOf } from '../width.ts';
import { runsProgress } from './progress.ts';
import { metricsText } from './rows.ts';
import { type EventOfRun, type RunsView, runsView } from './state.ts';

/** What the lines know between two events. */
export interface RunsPlain {
  readonly view: RunsView;
  /** When progress was told last, milliseconds since 1970. */
  readonly told: number;
  /** How many runs there are at once. */
  readonly jobs: number;
}

/** Time between two lines of progress, in milliseconds. */
const PROGRESS_EVERY = 10_000;

/** The next state, and the lines that an event adds: of an item that ends, and of what people should know. */
export function runsLines(state: RunsPlain, event: EventOfRun, style: Style): Told<RunsPlain> {
  const view = runsView(state.view, event);
  const say = (text: string, colour = (plain: string) => plain) => line(view, event, text, style, colour);
  const lines: string[] = [];
  if (event.kind === 'run-started') {
    const { engine, items, resumedAt } = event;
    const from = resumedAt === undefined ? 'started' : `continued at pull ${formatCount(resumedAt)}`;
    lines.push(
      say(
        `${from} on ${engine.name}, ${counted(engine.threads, 'thread')}, ${counted(items.length, 'item')}, in ${event.folder}`,
      ),
    );
  }
  const result = view.finished > state.view.finished ? view.results.at(-1) : undefined;
  if (result) {
    const name = `${result.index + 1}/${view.runs.get(event.part)?.run?.items.length ?? '?'} ${result.item}`;
    const time = formatDuration(result.milliseconds);
    if (result.problem) lines.push(say(`${name} failed: ${describeProblem(result.problem)}`, style.red));
    else lines.push(say(`${name} finished in ${time}: ${metricsText(result.metrics)}`, style.green));
  }
  const news = view.log.at(-1);
  if (news && news !== state.view.log.at(-1))
    lines.push(say(news.text, news.level === 'error' ? style.red : style.yellow));
  const due = event.kind === 'pull' && event.time - state.told >= PROGRESS_EVERY;
  if (due) lines.push(progressLine(view, state.jobs, event.time, style));
  return { state: { ...state, view, told: due ? event.time : state.told }, lines };
}

/** The line of progress is told also while no event comes, every ten seconds. */
export function runsQuiet(state: RunsPlain, clock: number, style: Style): Told<RunsPlain> {
  const { view, told, jobs } = state;
  const quiet = [...view.runs.values()].some((run) => quietPull(run, clock));
  if (!quiet || clock - Math.max(told, view.now) < PROGRESS_EVERY) return { state, lines: [] };
  return { state: { ...state, told: clock }, lines: [progressLine(view, jobs, clock, style)] };
}

function progressLine(view: RunsView, jobs: number, clock: number, style: Style): string {
  const { share, left } = runsProgress(view, jobs);
  const running = [...view.runs.values()].filter(({ phase }) => phase === 'running' || phase === 'paused');
  const memory = running.reduce((sum, run) => sum + (run.memory?.residentBytes ?? 0), 0);
  const stages = running.map(({ item, stage }) => `${item?.name ?? '–'} ${stage?.name ?? ''}`.trim());
  const parts = [
    `run ${formatPercent(share)}`,
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
    ...(memory > 0 ? [formatBytes(memory)] : []),
    `at ${stages.join(', ')}`,
  ];
  return `${style.dim(formatClock(clock))} ${column('progress', labelWidth(view))} ${clean(parts.join(', '))}`;
}

function line(
  view: RunsView,
  { time, part }: EventOfRun,
  text: string,
  style: Style,
  colour: (plain: string) => string,
): string {
  return `${style.dim(formatClock(time))} ${column(part, labelWidth(view))} ${colour(clean(text))}`;
}

const labelWidth = ({ awaited }: RunsView) => Math.max(8, ...awaited.map(({ name }) => widthOf(name)));

import { createHash } from 'node:crypto';
import type { Assets } from './assets.ts';
import type { LeftOut } from './budget.ts';
import type { ItemHistory, RunHistory } from './history.ts';
import { type Html, html, trusted } from './html.ts';
import { curvesOf, itemHtml } from './item-html.ts';
import { metricsTable } from './metrics-table.ts';
import { formatCount, formatDate, formatSize, formatTime } from './numbers.ts';
import type { ReportedRun } from './read-run.ts';
import { commandsHtml, filesHtml, graphHtml, problemsHtml, timesHtml } from './run-html.ts';

export interface PageOptions {
  readonly run: ReportedRun;
  /** The items that have a section of their own. */
  readonly items: readonly ItemHistory[];
  readonly assets: Assets;
  readonly leftOut: readonly LeftOut[];
  /** Text of this program. */
  readonly style: string;
  readonly script: string;
}

/** Plots that a page has at most; items that come later have none. */
const MOST_PLOTS = 240;

/**
 * The whole page. It needs nothing but itself, and its policy lets it load nothing: one style and one script, both
 * known by their hashes, and pictures that are part of it.
 */
export function page(options: PageOptions): string {
  const { run, items, assets, leftOut } = options;
  const { history, document } = run;
  // A tag that closes them would end them early; neither has one.
  const style = `\n${options.style}`;
  const script = `\n${options.script}`;
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const title = text(document?.title) ?? history.started?.graph?.name ?? 'A run';
  const description = text(document?.description);
  let plots = 0;
  const sections = items.map((item, index) => {
    plots += curvesOf(item).length;
    return itemHtml(item, { index, history, assets, withCurves: plots <= MOST_PLOTS });
  });
  const table = metricsTable([...history.items.values()]);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="gan2shape">
<title>${title}, ${history.started?.run}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<p class="over">gan2shape · run ${history.started?.run}</p>
<h1>${title}</h1>
${description && html`<p class="lead">${description}</p>`}
${factsHtml(history)}
</header>
${navigation(items)}
<main>
${table && html`<section id="metrics"><h2>Metrics</h2>${table}</section>`}
${sections}
${history.items.size > items.length && html`<p class="note">${formatCount(history.items.size - items.length)} more items of this run have no section on this page.</p>`}
${plots > MOST_PLOTS && html`<p class="note">Curves beyond the first ${MOST_PLOTS} are left out; events.jsonl has them.</p>`}
${timesHtml(history)}
${commandsHtml(run)}
${graphHtml(run)}
${problemsHtml(history, leftOut)}
${filesHtml(run)}
</main>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

function factsHtml(history: RunHistory): Html {
  const { started, finished, items, resumed } = history;
  const failed = [...items.values()].filter(({ problem }) => problem).length;
  const status = finished?.status ?? 'not finished';
  const facts: [string, string][] = [
    ['Status', failed > 0 ? `${status}, ${failed} of ${items.size} items failed` : status],
    ['Started', formatDate(history.from)],
    [
      'Took',
      formatTime(history.milliseconds) +
        (resumed > 0 ? `, resumed ${resumed === 1 ? 'once' : `${resumed} times`}` : ''),
    ],
    [
      'Engine',
      `${started?.engine?.name}, ${started?.engine?.threads} ${started?.engine?.threads === 1 ? 'thread' : 'threads'}`,
    ],
    ['Seed', String(started?.seed)],
  ];
  if (Number.isFinite(history.peakBytes)) facts.push(['Peak memory', formatSize(history.peakBytes)]);
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function navigation(items: readonly ItemHistory[]): Html | undefined {
  if (items.length < 2) return undefined;
  return html`<nav aria-label="Items"><ol>${items.map((item, i) => html`<li><a href="#item-${i}">${item.name}</a></li>`)}</ol></nav>`;
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

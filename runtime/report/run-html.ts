import { isObject } from '../graph/index.ts';
import type { LeftOut } from './budget.ts';
import { reportedCommands } from './commands.ts';
import type { RunHistory } from './history.ts';
import { type Html, html } from './html.ts';
import { formatCount, formatNumber, formatSize, formatTime } from './numbers.ts';
import type { ReportedRun } from './read-run.ts';

const LONGEST_DOCUMENT = 400_000;
const MOST_FILES = 400;

/** The commands that do the run again. */
export function commandsHtml(run: ReportedRun): Html {
  return html`<section id="commands"><h2>Do it again</h2>
${reportedCommands(run).map(
  ({ purpose, lines }) => html`<h3>${purpose}</h3><pre tabindex="0"><code>${lines.join('\n')}</code></pre>`,
)}</section>`;
}

/** Settings, and the whole resolved graph. */
export function graphHtml({ document, history }: ReportedRun): Html | undefined {
  if (!document) return undefined;
  const settings = Object.entries(isObject(document.settings) ? document.settings : {});
  const text = JSON.stringify(document, null, 2);
  const shown = text.slice(0, LONGEST_DOCUMENT);
  return html`<section id="graph"><h2>Settings and graph</h2>
${settings.length > 0 && html`<dl class="settings">${settings.map(([name, value]) => html`<div><dt>${name}</dt><dd>${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}</dd></div>`)}</dl>`}
<details><summary>The graph as it ran: ${formatCount(Object.keys(isObject(document.nodes) ? document.nodes : {}).length)} nodes, hash ${String(history.started?.graph?.hash ?? '').slice(0, 12)}</summary>
<pre tabindex="0"><code>${shown}</code></pre>
${shown.length < text.length && html`<p class="note">The rest, of ${formatSize(text.length)}, is in graph.json of the run’s folder.</p>`}</details></section>`;
}

/** Where the time went: by stage, and within one pull by node. */
export function timesHtml(history: RunHistory): Html | undefined {
  const stages = stageTimes(history);
  if (stages.length === 0) return undefined;
  const total = stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0) || 1;
  return html`<section id="times"><h2>Time</h2>
<div class="scroll"><table class="times"><caption class="hidden">Time by stage</caption>
<thead><tr><th scope="col">Stage</th><th scope="col">Pulls</th><th scope="col">Time</th><th scope="col">Share</th></tr></thead>
<tbody>${stages.map(
    ({ name, nodes, pulls, milliseconds }) =>
      html`<tr><th scope="row">${name}${name && nodes && ' · '}<span class="about">${nodes}</span></th><td>${formatCount(pulls)}</td><td>${formatTime(milliseconds)}</td><td>${bar(milliseconds / total)}</td></tr>`,
  )}</tbody></table></div>
${[...history.profiles].map(([pulled, shares]) => profileHtml(pulled, shares))}</section>`;
}

/** Files that the run has left beside this page. */
export function filesHtml({ history, folder }: ReportedRun): Html | undefined {
  const files = [...history.items.values()].flatMap((item) => [...item.files]);
  const pictures = [...history.items.values()].flatMap((item) =>
    [...item.pictures.values()].flatMap(({ paths }) => paths),
  );
  const all = [
    ...pictures.map((path) => ({ path, bytes: undefined })),
    ...files.map(([path, bytes]) => ({ path, bytes })),
  ];
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_FILES);
  return html`<section id="files"><details><summary>${formatCount(all.length)} files in the run’s folder</summary>
<p class="note"><code>${folder.path}</code></p>
<ul class="files">${shown.map(({ path, bytes }) => html`<li><code>${path}</code>${bytes !== undefined && html` <span class="about">${formatSize(bytes)}</span>`}</li>`)}</ul>
${shown.length < all.length && html`<p class="note">and ${formatCount(all.length - shown.length)} more</p>`}</details></section>`;
}

/** What went wrong, and what this page does not hold. */
export function problemsHtml(history: RunHistory, leftOut: readonly LeftOut[]): Html | undefined {
  const problems = history.problems.map(
    ({ node, message, code }) =>
      html`<li>${node && html`<code>${node}</code> `}${message} <span class="about">${code}</span></li>`,
  );
  const warnings = history.warnings.map((message) => html`<li>${message}</li>`);
  const missing = leftOut
    .slice(0, MOST_FILES)
    .map(({ path, what, why }) => html`<li>${what} <code>${path}</code>: ${why}</li>`);
  if (problems.length + warnings.length + missing.length === 0) return undefined;
  return html`<section id="notes"><h2>Notes</h2>
${problems.length + warnings.length > 0 && html`<h3>From the run</h3><ul>${problems}${warnings}</ul>`}
${missing.length > 0 && html`<h3>Left out of this page</h3><ul>${missing}</ul>${leftOut.length > missing.length && html`<p class="note">and ${formatCount(leftOut.length - missing.length)} more</p>`}`}</section>`;
}

interface StageRow {
  readonly name: string;
  readonly nodes: string;
  pulls: number;
  milliseconds: number;
}

/** The time of every stage of the schedule, of all items together. */
export function stageTimes({ items, started }: RunHistory): StageRow[] {
  const rows = new Map<number, StageRow>();
  for (const { stages } of items.values()) {
    for (const { index, name, milliseconds } of stages.values()) {
      const pulls = started?.stages?.[index]?.pulls ?? [];
      const names = pulls.map(({ node }) => inShort(node));
      const nodes = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
      const row = rows.get(index) ?? { name, nodes, pulls: 0, milliseconds: 0 };
      row.pulls += pulls.reduce((sum, { times }) => sum + times, 0);
      row.milliseconds += milliseconds;
      rows.set(index, row);
    }
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
}

function profileHtml(pulled: string, shares: readonly { node: string; milliseconds: number }[]): Html {
  const sorted = [...shares].sort((a, b) => b.milliseconds - a.milliseconds);
  const total = sorted.reduce((sum, { milliseconds }) => sum + milliseconds, 0) || 1;
  return html`<details><summary>One pull of ${inShort(pulled)}, by node: ${formatTime(total)}</summary>
<div class="scroll"><table class="times"><thead><tr><th scope="col">Node</th><th scope="col">Time</th><th scope="col">Share</th></tr></thead><tbody>${sorted
    .slice(0, 12)
    .map(
      ({ node, milliseconds }) =>
        html`<tr><th scope="row">${node}</th><td>${formatTime(milliseconds)}</td><td>${bar(milliseconds / total)}</td></tr>`,
    )}</tbody></table></div></details>`;
}

function bar(share: number): Html {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="part" width="${percent}" height="8"/></svg> ${formatNumber(percent, percent < 10 ? 2 : 3)} %`;
}

/** Nodes that are pulled together, by the first of them. */
function inShort(pulled: string): string {
  const [first = '', ...others] = pulled.split('+');
  return others.length > 0 ? `${first} + ${others.length} more` : first;
}

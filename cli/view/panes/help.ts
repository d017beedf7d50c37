import { title } from '../row.ts';
import type { Style, StyleName } from '../style.ts';
import { widthOf } from '../width.ts';

const KEYS = [
  ['p', 'pause the run after the current pull, or continue it', true],
  ['c', 'write a checkpoint now', true],
  ['q', 'stop the run; it is kept, and how to continue it is said', true],
  ['q', 'close this view; the run goes on', false],
  ['tab', 'next pane: losses, images, graph, log', undefined],
  ['← →', 'all images, or each alone', undefined],
  ['↑ ↓', 'choose a curve, or scroll the graph, the log or this help', undefined],
  ['esc', 'back: all images, the newest log line, the running node', undefined],
  ['?', 'show or hide this help', undefined],
] as const;

const SIGNS: readonly (readonly [sign: string, meaning: string, colour: StyleName])[] = [
  ['●', 'running', 'green'],
  ['✓', 'done', 'green'],
  ['·', 'not yet', 'dim'],
  ['✗', 'failed', 'red'],
  ['▪', 'share of the step’s time', 'dim'],
  ['↑', 'input shown under another node', 'dim'],
  ['◆', 'metric; a dim curve is not of the current step', 'dim'],
];

const INDENT = 8;

interface Page {
  readonly width: number;
  /** Whether the view can steer the run; keys that do are left out where it cannot. */
  readonly steers: boolean;
}

/** The help page's rows below its title. */
function helpText({ width, steers }: Page, style: Style): string[] {
  const keys = KEYS.filter(([, , steering]) => steering === undefined || steering === steers);
  const rows = [
    ...keys.map(([key, meaning]) => [key, meaning, 'bold'] as const),
    ['', '', 'dim'] as const,
    ...SIGNS,
  ];
  return rows.flatMap(([sign, meaning, colour]) =>
    wrapped(meaning, width - INDENT).map(
      (line, i) => `  ${style[colour]((i === 0 ? sign : '').padEnd(INDENT - 2))}${line}`,
    ),
  );
}

/** Last row that the help page can have below its title, where its pane has `height` rows. */
export function lastHelpTop(page: Page, height: number, style: Style): number {
  return Math.max(0, helpText(page, style).length - (height - 1));
}

/** The help page from row `top` on. */
export function helpRows(
  page: Page,
  { top, height }: { top: number; height: number },
  style: Style,
): string[] {
  const last = lastHelpTop(page, height, style);
  const from = Math.min(top, last);
  const remark = last === 0 ? '' : `${from > 0 ? '↑' : ''}${from < last ? '↓' : ''} more`;
  return [title('keys and signs', page.width, style, { remark }), ...helpText(page, style).slice(from)];
}

/** The text in lines of at most `width` columns, broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = lines[last] ? `${lines[last]} ${word}` : word;
    if (lines[last] && widthOf(longer) > width) lines.push(word);
    else lines[last] = longer;
  }
  return lines;
}

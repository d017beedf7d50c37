const SEGMENTER = new Intl.Segmenter();
/** Letters, signs, lines, blocks and braille that are one column wide each, and stand alone. */
const NARROW =
  /^[\x20-\x7e\u00a0-\u02ff\u2010-\u2027\u2030-\u205e\u2070-\u209c\u2190-\u21ff\u2500-\u25cf\u2713\u2717\u2800-\u28ff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const ESCAPES = /\x1b\[[0-9;]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal
const CONTROLS = /\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]/g;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Columns that a text takes on a terminal; colours take none, wide characters two. */
export function widthOf(text: string): number {
  const bare = text.includes('\u001b') ? text.replace(ESCAPES, '') : text;
  if (NARROW.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of SEGMENTER.segment(bare)) width += widthOfCharacter(segment);
  return width;
}

/** The text without line ends, escape sequences and control characters: names and messages come from outside. */
export function clean(text: string): string {
  return text.replace(CONTROLS, ' ');
}

/** An uncoloured text cut to `width` columns, with `…` at the end, or at the start for paths, where it was cut. */
export function cut(text: string, width: number, options: { keep?: 'start' | 'end' } = {}): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  const characters = Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
  if (options.keep === 'end') characters.reverse();
  const kept: string[] = [];
  let used = 1;
  for (const character of characters) {
    used += widthOfCharacter(character);
    if (used > width) break;
    kept.push(character);
  }
  return options.keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}

/** An uncoloured text in exactly `width` columns: cut, or padded on the right, or on the left for numbers. */
export function column(text: string, width: number, options: { align?: 'left' | 'right' } = {}): string {
  const short = cut(text, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return options.align === 'right' ? space + short : short + space;
}

function widthOfCharacter(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) || EMOJI.test(character) ? 2 : 1;
}

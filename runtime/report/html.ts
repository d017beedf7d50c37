/** Text that is HTML already: everything else is escaped when it becomes part of a page. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, absent things are left out, lists are joined. */
export type Piece = Html | string | number | false | undefined | readonly Piece[];

/** HTML with everything that is put into it escaped, in text and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const parts = strings.map((text, i) => text + (i < pieces.length ? textOf(pieces[i]) : ''));
  return new Html(parts.join(''));
}

/** Marks text of this program as HTML. Never for what comes from files, graphs or names. */
export const trusted = (text: string): Html => new Html(text);

/**
 * Escapes text for HTML. Control characters, and those that change the direction of writing, become visible
 * replacement characters: names come from files, and may try to look like something else.
 */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '\ufffd',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function textOf(piece: Piece): string {
  if (piece === undefined || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return piece.map(textOf).join('');
  return escapeHtml(String(piece));
}

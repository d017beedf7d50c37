import type { GraphError } from './errors.ts';

/** Colours for parts of a rendered error; by default none. */
export interface ErrorColours {
  readonly code: (text: string) => string;
  readonly place: (text: string) => string;
  readonly caret: (text: string) => string;
}

const plain = (text: string) => text;
const PLAIN: ErrorColours = { code: plain, place: plain, caret: plain };

/**
 * Errors as people read them: place, message and code, the line with a caret under what is wrong, then nearest name,
 * hint and related places.
 */
export function renderErrors(errors: readonly GraphError[], colours: ErrorColours = PLAIN): string {
  return errors.map((error) => renderError(error, colours)).join('\n\n');
}

/** One error, without a line break at the end. */
export function renderError(error: GraphError, colours: ErrorColours = PLAIN): string {
  const { text, start, length } = error.excerpt;
  const gutter = String(error.line);
  const margin = ' '.repeat(gutter.length);
  const place = `${error.file}:${error.line}:${error.column}`;
  const lines = [`${colours.place(place)} ${error.message} ${colours.code(`[${error.code}]`)}`];
  if (text.trim()) {
    lines.push(
      `  ${gutter} | ${text}`,
      `  ${margin} | ${' '.repeat(start)}${colours.caret('^'.repeat(length))}`,
    );
  }
  const said: string[] = [];
  if (error.nearest !== undefined) said.push(`Did you mean "${error.nearest}"?`);
  if (error.pointer) said.push(`at ${error.pointer}`);
  said.push(error.hint);
  for (const line of said) lines.push(`  ${margin} = ${line}`);
  for (const one of error.related)
    lines.push(`  ${margin} - ${one.file}:${one.line}:${one.column}: ${one.message}`);
  return lines.join('\n');
}

/** Errors for machines: an object with `valid` and `errors`, as two-space JSON. */
export function errorsToJson(errors: readonly GraphError[]): string {
  return JSON.stringify({ valid: errors.length === 0, errors }, null, 2);
}

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Reporter } from './errors.ts';
import { type Located, type LocatedEntry, type Path, toPointer } from './located.ts';
import type { Origin, Source } from './source.ts';

/** Deeper documents are refused: no graph needs them, and readers that recurse would run out of stack. */
const MAX_DEPTH = 100;
/** After a syntax error the rest is guesswork: this many are reported. */
const MAX_SYNTAX_ERRORS = 10;

const REASONS: { readonly [code: string]: string } = {
  InvalidSymbol: 'this is no JSON value',
  InvalidNumberFormat: 'this is no JSON number',
  PropertyNameExpected: 'a key in double quotes belongs here',
  ValueExpected: 'a value belongs here',
  ColonExpected: 'a colon belongs here',
  CommaExpected: 'a comma belongs before this',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'the document ended before this',
  InvalidCommentToken: 'this is a comment',
  UnexpectedEndOfComment: 'this is a comment',
  UnexpectedEndOfString: 'this text is not closed with a double quote',
  UnexpectedEndOfNumber: 'this number is cut off',
  InvalidUnicode: 'this is no \\u escape',
  InvalidEscapeCharacter: 'this is no JSON escape',
  InvalidCharacter: 'this character must be escaped',
};

/**
 * Parses strict JSON (RFC 8259) into a tree that knows where each value stands.
 *
 * Reports syntax errors, numbers beyond double precision, documents nested deeper than 100, duplicate and reserved
 * keys. Returns undefined after a syntax error; after a duplicate key the first value counts.
 */
export function readJson(source: Source, report: Reporter): Located | undefined {
  const deep = tooDeepAt(source.text);
  if (deep !== undefined) {
    report.add(
      'bad-json',
      { source, offset: deep, length: 1 },
      { reason: `nested deeper than ${MAX_DEPTH}` },
    );
    return undefined;
  }
  const errors: ParseError[] = [];
  const root = parseOrDeep(source, errors, report);
  if (root === 'too-deep') return undefined;
  if (errors.length > 0 || !root) {
    reportSyntax(source, errors, report);
    return undefined;
  }
  const before = report.count;
  const located = locate(root, source, [], report);
  return report.count > before && hasBadNumber(located) ? undefined : located;
}

/** Broken brackets can nest deeper than they count; the parser recurses and then runs out of stack. */
function parseOrDeep(source: Source, errors: ParseError[], report: Reporter): Node | undefined | 'too-deep' {
  try {
    return parseTree(source.text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report.add('bad-json', { source, offset: 0, length: 1 }, { reason: `nested deeper than ${MAX_DEPTH}` });
    return 'too-deep';
  }
}

function reportSyntax(source: Source, errors: readonly ParseError[], report: Reporter): void {
  if (errors.length === 0)
    report.add('bad-json', { source, offset: 0, length: 1 }, { reason: 'the file is empty' });
  const offsets = new Set<number>();
  for (const { error, offset, length } of errors) {
    if (offsets.has(offset) || offsets.size >= MAX_SYNTAX_ERRORS) continue;
    offsets.add(offset);
    const found = source.text.slice(offset, offset + Math.min(length, 40));
    report.add(
      'bad-json',
      { source, offset, length },
      {
        reason: REASONS[printParseErrorCode(error)] ?? 'unexpected text',
        ...(found && { found }),
      },
    );
  }
}

/** Offset of the first bracket that opens level MAX_DEPTH + 1, seen without recursion. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"' || char === '\n') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) return i;
    } else if (char === '}' || char === ']') depth--;
  }
  return undefined;
}

function originOf(node: Node, source: Source): Origin {
  return { source, offset: node.offset, length: node.length };
}

function locate(node: Node, source: Source, path: Path, report: Reporter): Located {
  const origin = originOf(node, source);
  if (node.type === 'object') {
    const entries = new Map<string, LocatedEntry>();
    for (const property of node.children ?? []) {
      const [name, value] = property.children ?? [];
      if (!name || !value) continue;
      const key = String(name.value);
      const at = originOf(name, source);
      const below = [...path, key];
      if (key === '__proto__') report.add('reserved-key', at, { pointer: toPointer(below), found: key });
      else if (entries.has(key))
        report.add('duplicate-key', at, { pointer: toPointer(below), found: `"${key}"` });
      else entries.set(key, { key: at, value: locate(value, source, below, report) });
    }
    return { kind: 'object', entries, origin };
  }
  if (node.type === 'array') {
    const items = (node.children ?? []).map((item, i) => locate(item, source, [...path, i], report));
    return { kind: 'array', items, origin };
  }
  if (typeof node.value === 'number' && !Number.isFinite(node.value)) {
    const found = source.text.slice(node.offset, node.offset + Math.min(node.length, 40));
    report.add('bad-json', origin, { pointer: toPointer(path), found, reason: 'this number is too large' });
  }
  return { kind: 'scalar', value: node.value, origin };
}

function hasBadNumber(located: Located): boolean {
  if (located.kind === 'scalar') return typeof located.value === 'number' && !Number.isFinite(located.value);
  const children =
    located.kind === 'array' ? located.items : [...located.entries.values()].map((e) => e.value);
  return children.some(hasBadNumber);
}

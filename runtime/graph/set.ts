import { Reporter } from './errors.ts';
import type { Located } from './located.ts';
import { readJson } from './read.ts';
import type { Origin, Source } from './source.ts';

const SEGMENT = /^[A-Za-z0-9_$@:-]+$/;
/** What begins like this was meant as JSON, so it must be JSON. */
const JSON_START = /^\s*[{["]/;
const MAX_KEYS = 50;

/**
 * Reads one `--set path=value` as a merge patch. The path is keys joined by dots; the value is JSON, or a plain text
 * where it is not (`--set nodes.target.params.list=a.txt`), and `null` removes.
 */
export function parseSet(argument: string, report: Reporter): Located | undefined {
  const source: Source = { name: '--set', text: argument };
  const whole: Origin = { source, offset: 0, length: argument.length };
  const equals = argument.indexOf('=');
  if (equals < 0) {
    report.add('bad-override', whole, { found: argument, reason: 'there is no "="' });
    return undefined;
  }
  const path = argument.slice(0, equals).split('.');
  const wrong = path.find((segment) => !SEGMENT.test(segment) || segment === '__proto__');
  if (wrong !== undefined || path[0] === 'extends' || path.length > MAX_KEYS) {
    const reason =
      wrong !== undefined
        ? `"${wrong}" is no key`
        : path[0] === 'extends'
          ? '"extends" cannot be overridden'
          : `the path has more than ${MAX_KEYS} keys`;
    report.add('bad-override', whole, { found: argument, reason });
    return undefined;
  }
  let at = 0;
  const keys = path.map((key) => {
    const origin = { source, offset: at, length: key.length };
    at += key.length + 1;
    return { key, origin };
  });
  const value = valueAt(source, equals + 1, report);
  if (!value) return undefined;
  return keys.reduceRight<Located>(
    (inner, { key, origin }) => ({
      kind: 'object',
      entries: new Map([[key, { key: origin, value: inner }]]),
      origin: whole,
    }),
    value,
  );
}

/** Parses in place (blanks before it keep the offsets); what does not look like JSON is a text. */
function valueAt(source: Source, offset: number, report: Reporter): Located | undefined {
  const trial = new Reporter();
  const json = readJson({ name: source.name, text: ' '.repeat(offset) + source.text.slice(offset) }, trial);
  if (json && trial.count === 0) return withSource(json, source);
  const text = source.text.slice(offset);
  const origin: Origin = { source, offset, length: text.length };
  if (!JSON_START.test(text)) return { kind: 'scalar', value: text, origin };
  report.add('bad-override', origin, { found: source.text, reason: trial.errors[0]?.message ?? 'not JSON' });
  return undefined;
}

function withSource(located: Located, source: Source): Located {
  const origin = { ...located.origin, source };
  if (located.kind === 'scalar') return { ...located, origin };
  if (located.kind === 'array')
    return { ...located, items: located.items.map((i) => withSource(i, source)), origin };
  const entries = new Map(
    [...located.entries].map(([key, entry]) => [
      key,
      { key: { ...entry.key, source }, value: withSource(entry.value, source) },
    ]),
  );
  return { kind: 'object', entries, origin };
}

import { appearanceOf } from './appearance.ts';
import { type Evaluation, missingResults, valuesOf } from './evaluation.ts';
import type { GateResult } from './gates.ts';
import { deviation, mean } from './statistics.ts';

/**
 * An evaluation as JUnit XML: a suite with a test case for each item, an error where it has no result in some seed, and
 * a suite with one for each gate, a failure where it is missed.
 */
export function junitXml(evaluation: Evaluation, gates: readonly GateResult[]): string {
  const { graph, items, runs } = evaluation;
  const missing = missingResults(evaluation);
  const seconds = runs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const cases = items.map((item) => {
    const reasons = missing.filter((one) => one.item === item);
    const lines = reasons.map(({ seed, reason }) => `seed ${seed}: ${reason}`);
    const error = lines.length > 0 ? problem('error', 'no-result', lines) : '';
    return testCase(
      graph.name,
      item,
      `${error}<system-out>${escaped(valuesText(evaluation, item))}</system-out>`,
    );
  });
  const judged = gates.map(({ gate, held, text }) =>
    testCase(`${graph.name}.gates`, gate, held ? '' : problem('failure', 'gate', [text])),
  );
  const failures = gates.filter(({ held }) => !held).length;
  const errors = new Set(missing.map(({ item }) => item)).size;
  const total = attributes({
    name: `gan2shape eval ${graph.name}`,
    tests: items.length + gates.length,
    failures,
    errors,
    time: seconds.toFixed(3),
  });
  const suites = [
    suite({ name: graph.name, tests: items.length, failures: 0, errors, time: seconds.toFixed(3) }, cases),
    ...(gates.length > 0
      ? [
          suite(
            { name: `${graph.name}.gates`, tests: gates.length, failures, errors: 0, time: '0.000' },
            judged,
          ),
        ]
      : []),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${total}>\n${suites.join('')}</testsuites>\n`;
}

function valuesText(evaluation: Evaluation, item: string): string {
  return evaluation.metrics
    .map((metric) => {
      const { title, format } = appearanceOf(metric);
      const values = valuesOf(evaluation, item, metric.name);
      const [centre, spread] = [mean(values), deviation(values)];
      if (centre === null) return `${title}: none`;
      return `${title}: ${format(centre)}${spread === null ? '' : ` ± ${format(spread)}`}`;
    })
    .join('\n');
}

const suite = (about: Record<string, string | number>, cases: readonly string[]) =>
  `  <testsuite${attributes(about)}>\n${cases.join('')}  </testsuite>\n`;

const testCase = (classname: string, name: string, content: string) =>
  `    <testcase${attributes({ classname, name })}>${content}</testcase>\n`;

const problem = (tag: 'error' | 'failure', type: string, lines: readonly string[]) =>
  `<${tag}${attributes({ type, message: lines[0] ?? '' })}>${escaped(lines.join('\n'))}</${tag}>`;

function attributes(values: Readonly<Record<string, string | number>>): string {
  const one = ([name, value]: [string, string | number]) =>
    ` ${name}="${escaped(String(value)).replaceAll(/[\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`)}"`;
  return Object.entries(values).map(one).join('');
}

const ENTITIES: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML 1.0 can hold it: what it has no way to write becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}

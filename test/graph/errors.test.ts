import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fill } from '../../runtime/graph/errors.ts';
import { CATALOGUE, errorsToJson, renderError } from '../../runtime/graph/index.ts';
import { checkDocument, regression, toyRegistry } from './toys.ts';

describe('the error catalogue', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const sections = new Map(
    page
      .split('\n### ')
      .slice(1)
      .map((text) => [/^`([\w-]+)`/.exec(text)?.[1], text]),
  );

  it('and its documentation hold the same codes in the same order', () => {
    expect([...sections.keys()]).toEqual(Object.keys(CATALOGUE));
  });

  it.each(Object.entries(CATALOGUE))('%s is documented with its texts', (code, { message, hint }) => {
    expect(sections.get(code)).toContain(`- Says: ${message}\n- Way out: ${hint}\n`);
    expect((sections.get(code) ?? '').split('\n')[2]?.length).toBeGreaterThan(20);
  });

  it('fills its texts', () => {
    expect(fill('{a} and {b}', { a: 1, b: 'two' })).toBe('1 and two');
    expect(fill('{a}', {})).toBe('?');
  });
});

describe('a rendered error', () => {
  const document = {
    ...regression,
    nodes: { ...regression.nodes, net: { type: 'toy/linaer', in: { x: 'data.x' } } },
  };

  it('shows the place, the line with a caret, the nearest name, the pointer and the hint', async () => {
    const [error] = checkDocument(await toyRegistry(), document).errors;
    expect(error && renderError(error)).toBe(
      [
        '/graphs/main.json:8:15 There is no node type "toy/linaer" [unknown-type]',
        '  8 |       "type": "toy/linaer",',
        '    |               ^^^^^^^^^^^^',
        '    = Did you mean "toy/linear"?',
        '    = at /nodes/net/type',
        '    = `gan2shape nodes` lists them; load your own with --nodes FOLDER.',
      ].join('\n'),
    );
  });

  it('is the same as data', async () => {
    const { errors } = checkDocument(await toyRegistry(), document);
    const json = JSON.parse(errorsToJson(errors));
    expect(json.valid).toBe(false);
    expect(json.errors[0]).toMatchObject({
      code: 'unknown-type',
      line: 8,
      column: 15,
      node: 'net',
      nearest: 'toy/linear',
    });
  });

  it('cuts long lines around the caret', async () => {
    const line = JSON.stringify({ ...document, title: 'x'.repeat(500) });
    const registry = await toyRegistry();
    const { errors } = checkDocument(registry, line);
    for (const error of errors) {
      expect(error.excerpt.text.length).toBeLessThanOrEqual(102);
      const { text, start, length } = error.excerpt;
      expect(text.slice(start, start + length)).toBe('"toy/linaer"');
    }
  });
});

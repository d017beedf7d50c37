import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE, checkGraph, loadGraph, renderErrors } from '../../runtime/graph/index.ts';
import type { Registry } from '../../runtime/registry.ts';
import { testFolder, toyRegistry } from './toys.ts';

interface Expected {
  readonly set?: readonly string[];
  readonly errors: readonly {
    readonly code: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly pointer: string;
    readonly node?: string;
    readonly port?: string;
    readonly nearest?: string;
  }[];
}

const folder = join(testFolder, 'graphs', 'broken');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !name.endsWith('.expected.json'))
  .map((name) => name.slice(0, -'.json'.length));
const covered = new Set<string>();

describe('broken graphs', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await toyRegistry();
  });

  it('are at least thirty', () => {
    expect(names.length).toBeGreaterThanOrEqual(30);
  });

  it.each(names)('%s has exactly its expected errors', (name) => {
    const expected: Expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8'));
    const set = expected.set ?? [];
    const { graph, errors } = checkGraph(loadGraph(join(folder, `${name}.json`), { set }), registry);
    expect(graph).toBeUndefined();
    const found = errors.map(({ code, file, line, column, pointer, node, port, nearest }) => ({
      code,
      file: file.startsWith('--set') ? '--set' : relative(folder, resolve(file)),
      line,
      column,
      pointer,
      ...(node !== undefined && { node }),
      ...(port !== undefined && { port }),
      ...(nearest !== undefined && { nearest }),
    }));
    const byPlace = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(byPlace(found), renderErrors(errors)).toEqual(byPlace(expected.errors));
    for (const error of errors) {
      expect(error.message).not.toMatch(/\{\w+\}|undefined|: \?|\? /);
      expect(error.hint).not.toMatch(/\{\w+\}|undefined/);
      covered.add(error.code);
    }
  });

  it('between them show every code that a document can cause', () => {
    const elsewhere = ['unreadable', 'type-older', 'bad-dimension'];
    const codes = Object.keys(CATALOGUE).filter(
      (code) => !/^(node|picture)-/.test(code) && !elsewhere.includes(code),
    );
    expect([...covered].sort()).toEqual(codes.sort());
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as ops from '../../runtime/ops/index.ts';

/** Files whose functions other operations are built of. */
const INTERNAL = [
  'check',
  'index',
  'interpolation-matrix',
  'least-squares',
  'regions',
  'scale-by-constant',
  'weighted-gather',
];

describe('the index of operations', () => {
  it('exports something of every file', async () => {
    const folder = new URL('../../runtime/ops/', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const exported = new Set<unknown>(Object.values(ops));
    for (const file of files.filter((name) => !INTERNAL.includes(name.slice(0, -3)))) {
      const module: Record<string, unknown> = await import(new URL(file, folder).href);
      expect([file, Object.values(module).some((value) => exported.has(value))]).toEqual([file, true]);
    }
  });
});

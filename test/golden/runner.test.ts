import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGolden } from './runner.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'golden-'));
});
afterEach(() => rmSync(root, { recursive: true }));

async function golden(...args: string[]) {
  const [lines, errors]: [string[], string[]] = [[], []];
  const status = await runGolden(args, {
    result: (text) => lines.push(...text.split('\n')),
    error: (text) => errors.push(text),
  });
  return { status, lines, stderr: errors.join('\n') };
}

/** A crop of a 4×4 image to its 2×2 centre, as a case with the given result. */
function writeCase(name: string, centre: readonly number[], reference = 'gan2shape/utils.py') {
  const image = Array.from({ length: 16 }, (_, i) => i);
  const tensors = [
    { name: 'in_0', role: 'input', dtype: 'float32', shape: [1, 1, 4, 4], offset: 0, count: 16 },
    { name: 'out_0', role: 'output', dtype: 'float32', shape: [1, 1, 4, 4], offset: 0, count: 16 },
    { name: 'crop_in', role: 'input', dtype: 'float32', shape: [1, 1, 4, 4], offset: 0, count: 16 },
    { name: 'crop_out_2', role: 'output', dtype: 'float32', shape: [1, 1, 2, 2], offset: 64, count: 4 },
  ];
  mkdirSync(join(root, name));
  const json = { case: name, reference: { file: reference }, args: {}, tensors };
  writeFileSync(join(root, name, 'case.json'), JSON.stringify(json));
  writeFileSync(join(root, name, 'data.bin'), Buffer.from(Float32Array.from([...image, ...centre]).buffer));
}

describe('golden', () => {
  it('exits with 0 where all agrees, whatever the folder is called', async () => {
    writeCase('any-name', [5, 6, 9, 10]);
    writeCase('later', [0, 0, 0, 0], 'networks.py; class Encoder');
    rmSync(join(root, 'later', 'data.bin'));
    const { status, lines } = await golden(root, '--engine', 'cpu', '--only', 'any-name');
    expect(status).toBe(0);
    expect(lines[0]).toBe('engine cpu');
    expect(lines[1]).toMatch(/^pass any-name \(2 tensors, [\d.]+ s\): out_0 0, crop_out_2 0$/);
    expect(lines.at(-1)).toBe('1 passed, 0 failed');
  });

  it('exits with 1 where something differs, is damaged or is unknown, and goes on with the rest', async () => {
    writeCase('agrees', [5, 6, 9, 10]);
    writeCase('differs', [5, 6, 9, 11]);
    writeCase('truncated', []);
    writeCase('unknown', [5, 6, 9, 10], 'somewhere else');
    mkdirSync(join(root, 'unreadable'));
    writeFileSync(join(root, 'unreadable', 'case.json'), '{');
    const { status, lines } = await golden(root, '--engine', 'cpu');
    const text = lines.join('\n');
    expect(status).toBe(1);
    expect(text).toContain('1 of 4 outside the tolerance, worst at [0,0,1,1]: 10, expected 11');
    expect(text).toContain('crop_out_2: bytes 64 to 80 are outside data.bin (64 bytes)');
    expect(text).toContain('nothing here knows a case of somewhere else');
    expect(text).toMatch(/FAIL unreadable .*JSON/);
    expect(lines.at(-1)).toBe('1 passed, 4 failed');
  });

  it('exits with 2 for a request that makes no sense', async () => {
    writeCase('a', [5, 6, 9, 10]);
    const requests: [string[], string][] = [
      [[], 'usage: npm run golden -- DIR'],
      [[join(root, 'missing')], 'is not a folder'],
      [[join(root, 'a', '..', 'a', 'data.bin')], 'is not a folder'],
      [[root, '--only', 'b'], 'no case b in'],
      [[root, '--engine', 'abacus'], 'abacus'],
      [[root, '--colour'], '--colour'],
    ];
    for (const [args, message] of requests) {
      const { status, stderr } = await golden(...args);
      expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('exits with 2 for a folder without cases', async () => {
    mkdirSync(join(root, 'empty'));
    const { status, stderr } = await golden(root);
    expect([status, stderr]).toEqual([2, expect.stringContaining('holds no case')]);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cli } from './in-process.ts';

const base = mkdtempSync(join(tmpdir(), 'gan2shape-synface-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('synface', () => {
  it('makes a set, says so, and goes on with it', async () => {
    const out = join(base, 'set');
    const args = ['synface', '--out', out, '--count', '3', '--size', '16', '--threads', '1'];
    const first = await cli(...args);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('3 faces of 16×16') });
    expect(first.stderr).toMatch(/3\/3 faces, 100 %/);
    for (const name of [
      'image/000002.png',
      'depth/000002.png',
      'mask/000002.png',
      'list.txt',
      'sheet.png',
      'shapes.png',
    ])
      expect(existsSync(join(out, name)), name).toBe(true);
    const again = await cli(...args, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ count: 3, made: 0, kept: 3, complete: true });
    expect(again.stderr).toBe('');
    const picture = join(out, 'depth/000001.png');
    const whole = readFileSync(picture);
    writeFileSync(picture, '');
    const mended = await cli(...args, '--json');
    expect(JSON.parse(mended.stdout)).toMatchObject({ count: 3, made: 1, kept: 2, complete: true });
    expect(readFileSync(picture).equals(whole)).toBe(true);
    expect(await cli(...args, '--seed', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[folder-in-use]'),
    });
  }, 60_000);

  it.each([
    [[], 'no folder'],
    [['--out', join(base, 'x'), '--count', '0'], '--count is 0'],
    [['--out', join(base, 'x'), '--size', '5'], '--size is 5'],
    [['--out', join(base, 'x'), '--threads', '0'], '--threads is 0, expected a whole number from 1 to 256'],
    [
      ['--out', join(base, 'x'), '--count', 'many', '--seed', 'x'],
      '--count many: It is no number.\n--seed x: It is no number. [bad-option]',
    ],
    [
      ['--out', join(base, 'x'), '--size', '5', '--threads', '999'],
      '--size is 5, expected a whole number from 16 to 512\n--threads is 999',
    ],
    [['--out', '/dev/null/faces'], 'cannot be written to'],
  ])('refuses %j', async (args, message) => {
    expect(await cli('synface', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
    expect(existsSync(join(base, 'x'))).toBe(false);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readText } from '../../runtime/formats/regular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'regular-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array = '') => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('readText', () => {
  it('reads the text of a file', () => {
    expect(readText(file('names.txt', 'Ä\nb'))).toBe('Ä\nb');
  });

  it('says what is no text', () => {
    expect(() => readText(folder)).toThrow('it is a folder');
    expect(() => readText(file('latin.txt', Uint8Array.of(0xe9)))).toThrow(/not valid/);
    expect(() => readText(join(folder, 'none'))).toThrow(/ENOENT/);
  });

  it('does not wait for the other end of a pipe', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => readText(pipe)).toThrow('it is no regular file');
  });

  it('refuses what would fill the memory', () => {
    const large = file('large.json');
    truncateSync(large, 2 ** 24 + 1);
    expect(() => readText(large)).toThrow('it has 16777217 bytes, more than the 16777216 it may have');
  });
});

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { legacy, pickle, tensor } from '../hostile/build.ts';
import { hostileCases } from '../hostile/corpus.ts';
import { cli } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const good = join(folder, 'good.pt');
writeFileSync(good, legacy(pickle(tensor())));

describe('inspect', () => {
  it('shows what a file holds', async () => {
    const { code, stdout, stderr } = await cli('inspect', good);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  (the file itself)  float32  24 B  [2, 3]\n\n1 tensor, 6 elements, 24 B\n');
    expect((await cli('inspect', good, '--brief')).stdout).not.toContain('(the file itself)');
    const data = JSON.parse((await cli('inspect', good, '--json')).stdout);
    expect(data).toMatchObject({ files: [{ file: good, totals: { tensors: 1 } }], errors: [] });
  });

  it('goes on after a file that cannot be read, and says so with exit code 2', async () => {
    const nothing = join(folder, 'nothing.pt');
    const { code, stdout, stderr } = await cli('inspect', nothing, good);
    expect(code).toBe(2);
    expect(stderr).toMatch(/nothing\.pt: .*\n.*gan2shape download.*\[not-found\]\n$/);
    expect(stdout).toContain('good.pt: PyTorch');
    const data = JSON.parse((await cli('inspect', nothing, folder, good, '--json')).stdout);
    expect(data.files).toHaveLength(1);
    expect(data.errors.map((error: { code: string }) => error.code)).toEqual(['not-found', 'not-readable']);
    expect(await cli('inspect')).toMatchObject({ code: 2, stderr: expect.stringContaining("'file'") });
  });

  it.each(hostileCases())('refuses $name: $code', async ({ bytes, code: wanted }) => {
    const file = join(folder, 'hostile.pt');
    writeFileSync(file, bytes);
    const { code, stderr } = await cli('inspect', file, '--verify');
    expect(code).toBe(2);
    expect(stderr).toContain(`[${wanted}]`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  const golden = resolve('../shared/golden');
  const fixtures = existsSync(golden)
    ? readdirSync(golden, { recursive: true, encoding: 'utf8' }).filter((name) => /\.pth?$/.test(name))
    : [];
  it.skipIf(fixtures.length === 0)(
    'knows files of the reference (skipped where they are absent)',
    async () => {
      const { code, stdout } = await cli('inspect', '--json', ...fixtures.map((name) => join(golden, name)));
      expect(code).toBe(0);
      const { files } = JSON.parse(stdout) as { files: { file: string; fits: { problems: string[] }[] }[] };
      expect(files).toHaveLength(fixtures.length);
      for (const { file, fits } of files) {
        expect(fits.length, file).toBeGreaterThan(0);
        for (const { problems } of fits) expect(problems, file).toEqual([]);
      }
    },
  );
});

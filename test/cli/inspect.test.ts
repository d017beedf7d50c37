import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectCheckpoint, renderInspectText } from '../../cli/inspect.ts';
import { bytes, dict, int, legacy, pickle, safetensors, tensor, text, torchZip } from '../hostile/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(file: Uint8Array, options?: Parameters<typeof inspectCheckpoint>[1]) {
  const path = join(folder, 'model.pt');
  writeFileSync(path, file);
  const report = await inspectCheckpoint(path, options);
  return { report, text: renderInspectText(report).replaceAll(path, 'model.pt') };
}

const MODEL = pickle(
  dict({ net: dict({ weight: tensor(), bias: tensor({ size: [3], stride: [1] }) }), iteration: int(7) }),
);

describe('inspectCheckpoint', () => {
  it('reports tensors, totals and outline', async () => {
    const { report, text: shown } = await inspect(legacy(MODEL));
    expect(report).toMatchObject({
      format: 'torch-legacy',
      tensors: [
        { name: 'net.weight', dtype: 'float32', shape: [2, 3], bytes: 24 },
        { name: 'net.bias', dtype: 'float32', shape: [3], bytes: 12 },
      ],
      totals: { tensors: 2, elements: 9, bytes: 36 },
      outline: ['dict of 2', '  net: 2 tensors', '  iteration: 7'],
      fits: [],
    });
    expect(shown).toMatch(
      /^model\.pt: PyTorch \(legacy, before 1\.6\), \d+ B\n\nfits\n {2}nothing that this project knows\n/,
    );
    expect(shown).toContain('  net.weight  float32  24 B  [2, 3]\n  net.bias    float32  12 B  [3]');
    expect(shown).toMatch(/2 tensors, 9 elements, 36 B$/);
  });

  it('reports the metadata of safetensors and a file that is one tensor', async () => {
    const header = { __metadata__: { note: 'x' }, a: { dtype: 'F32', shape: [6], data_offsets: [0, 24] } };
    expect((await inspect(safetensors(header))).text).toContain('metadata\n  note: x');
    expect((await inspect(torchZip(pickle(tensor())))).text).toContain(
      '(the file itself)  float32  24 B  [2, 3]',
    );
  });

  it('reports more tensors than a call takes arguments', async () => {
    const count = 150_000;
    const entries = Array.from({ length: count }, (_, i) => {
      return [`t${i}`, { dtype: 'U8', shape: [1], data_offsets: [i, i + 1] }] as const;
    });
    const file = safetensors(Object.fromEntries(entries), new Uint8Array(count));
    const { text: shown } = await inspect(file);
    expect(shown).toContain('\n  t0       uint8   1 B  [1]\n');
    expect(shown).toMatch(/\n {2}t149999 {2}uint8 {3}1 B {2}\[1\]\n\n150,000 tensors/);
  });

  it('shows unknown objects if asked, and nothing that steers a terminal', async () => {
    const file = torchZip(
      pickle(dict({ 'a\x1b[2J': text('b\x1b]0;x\x07'), model: bytes('cmodels\nNet\n)R') })),
    );
    await expect(inspect(file)).rejects.toMatchObject({ code: 'forbidden-call' });
    const { text: shown } = await inspect(file, { unknown: 'opaque' });
    expect(shown).toContain('model: object of models.Net (not loaded)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });
});

import { describe, expect, it } from 'vitest';
import { openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import { assertMatch, matchTensors } from '../../runtime/formats/match.ts';
import { dict, pickle, tensor, torchZip } from '../hostile/build.ts';

const checkpoint = openCheckpointBytes(
  torchZip(
    pickle(
      dict({
        g_ema: dict({
          'module.conv.weight': tensor(),
          'module.conv.bias': tensor({ size: [6], stride: [1] }),
          'style.1.bias': tensor(),
        }),
        d: dict({ 'conv.weight': tensor() }),
      }),
    ),
  ),
  'model.pt',
);
const weight = { name: 'conv.weight', shape: [2, 3] };

describe('matchTensors', () => {
  it('finds tensors below a key and without the prefix of DataParallel', () => {
    const match = matchTensors(checkpoint, [weight], { within: 'g_ema' });
    expect(match.tensors.get('conv.weight')?.name).toBe('g_ema.module.conv.weight');
    expect(match.extra.map(({ name }) => name)).toEqual(['g_ema.module.conv.bias', 'g_ema.style.1.bias']);
    expect([match.missing, match.misshapen]).toEqual([[], []]);
  });

  it('removes only the prefixes that it is told', () => {
    expect(matchTensors(checkpoint, [weight], { within: 'g_ema', prefixes: [] }).missing).toHaveLength(1);
    const twice = matchTensors(checkpoint, [weight], { prefixes: ['g_ema.', 'module.'] });
    expect(twice.tensors.get('conv.weight')?.name).toBe('g_ema.module.conv.weight');
  });

  it('lists everything missing, misshapen and extra at once, with the nearest names', () => {
    const wanted = [
      weight,
      { name: 'conv.bias', shape: [2] },
      { name: 'style.2.bias', shape: [2, 3] },
      { name: 'other', shape: [] },
    ];
    const match = matchTensors(checkpoint, wanted, { within: 'g_ema' });
    expect(match.missing).toEqual([
      { name: 'style.2.bias', shape: [2, 3], nearest: 'g_ema.style.1.bias' },
      { name: 'other', shape: [] },
    ]);
    expect(match.misshapen).toMatchObject([{ name: 'conv.bias', shape: [2], found: { shape: [6] } }]);
    expect(match.extra.map(({ name }) => name)).toEqual(['g_ema.style.1.bias']);
    const failure = () => assertMatch('model.pt', match, { network: 'the generator' });
    expect(failure).toThrow(/2 missing, 1 misshapen, 1 extra/);
    expect(failure).toThrow(/missing style\.2\.bias \[2,3\] \(is it "g_ema\.style\.1\.bias"\?\)/);
    expect(failure).toThrow(/misshapen conv\.bias: the network has \[2\], the file \[6\]/);
    expect(failure).toThrow(/extra g_ema\.style\.1\.bias \[2,3\]/);
  });

  it('accepts left over tensors where these do not matter', () => {
    const match = matchTensors(checkpoint, [weight], { within: 'g_ema' });
    expect(() => assertMatch('model.pt', match, { network: 'it', extra: 'allow' })).not.toThrow();
    expect(() => assertMatch('model.pt', match, { network: 'it' })).toThrow(
      /0 missing, 0 misshapen, 2 extra/,
    );
  });
});

import { expect, it } from 'vitest';
import { crc32, tableCrc32 } from '../../runtime/formats/crc32.ts';
import { CHECKPOINT_HINTS, CheckpointError } from '../../runtime/formats/errors.ts';
import { hostileCases } from '../hostile/corpus.ts';

it('says file, place, what was found and expected, and a hint', () => {
  const error = new CheckpointError('storage-size', 'the storage 3 has another size', {
    file: 'a.pt',
    offset: 17,
    found: '4',
    expected: '8',
  });
  expect(error.message).toBe(
    'a.pt at byte 17: the storage 3 has another size: found 4, expected 8\n  The file is damaged: download or copy it again.',
  );
  expect(error).toMatchObject({ code: 'storage-size', file: 'a.pt', offset: 17, found: '4', expected: '8' });
});

it('has a hostile file for every code that a file can cause', () => {
  const elsewhere = [
    'not-found',
    'not-readable',
    'closed',
    'unknown-tensor',
    'value-range',
    'network-mismatch',
    'bad-input',
  ];
  const caused = new Set<string>(hostileCases().map(({ code }) => code));
  expect(
    Object.keys(CHECKPOINT_HINTS).filter((code) => !caused.has(code) && !elsewhere.includes(code)),
  ).toEqual([]);
});

it('computes CRC-32 as the standard says, also without the built-in one', () => {
  const data = Buffer.from('123456789');
  expect(crc32(data)).toBe(0xcbf43926);
  expect(tableCrc32(data)).toBe(0xcbf43926);
  expect(tableCrc32(data.subarray(4), tableCrc32(data.subarray(0, 4)))).toBe(0xcbf43926);
});

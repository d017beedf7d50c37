import { type ByteSource, sourceError } from './source.ts';

export type CheckpointFormat = 'torch-zip' | 'torch-legacy' | 'safetensors';

/** What other files begin with (case and white space aside), in words. */
const OTHERS: readonly [starts: readonly string[], found: string, hint?: string][] = [
  [
    ['<!doctype', '<html', '<?xml'],
    'a web page',
    'The download gave a page instead of the file: download it again, in a browser if need be.',
  ],
  [['version https://git-lfs'], 'a pointer of Git LFS', 'Run `git lfs pull` in the repository it came from.'],
  [['\x1f\x8b', '7z\xbc\xaf', 'rar!', '\xfd7zxz'], 'an archive', 'Unpack it first.'],
  [['pk\x05\x06'], 'an empty zip archive'],
  [['\x93numpy'], 'a NumPy array'],
  [['\x89hdf'], 'an HDF5 file'],
  [['\x89png', '\xff\xd8\xff', 'riff'], 'an image'],
];

/** Tells the format of a file by its first bytes. Errors: unknown-format, truncated (an empty file). */
export function detectFormat(source: ByteSource): CheckpointFormat {
  if (source.size === 0) throw sourceError(source, 'truncated', 'the file is empty', { offset: 0 });
  const start = new Uint8Array(Math.min(source.size, 512));
  source.readSync(start, 0);
  const text = Buffer.from(start).toString('latin1');
  if (text.startsWith('PK\x03\x04')) return 'torch-zip';
  // Safetensors: a 64-bit length, then JSON. A length may begin like a pickle, so this comes first.
  if (/^[\s\S]{4}\0{4}[{\s]/.test(text)) return 'safetensors';
  // A pickle of protocol 2 or later begins with 0x80 and its protocol.
  if (start[0] === 0x80 && (start[1] ?? 2) <= 5) return 'torch-legacy';
  // A safetensors file of a wrong length or beginning.
  if (text[8] === '{' || (text.slice(4, 8) === '\0\0\0\0' && text[0] !== '\0')) return 'safetensors';
  if (source.size > 512 && text.slice(257, 262) === 'ustar') {
    const hint = 'Load it with torch.load (up to 1.x) and save it again.';
    throw sourceError(source, 'unknown-format', 'it is a tar archive', { offset: 0, hint });
  }
  // Not in general Unicode: "ÿ" and its like have to stay what they are.
  const lower = text.trimStart().replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const [, found = 'unknown bytes', hint] =
    OTHERS.find(([starts]) => starts.some((one) => lower.startsWith(one))) ?? [];
  throw sourceError(source, 'unknown-format', 'it is no checkpoint', {
    offset: 0,
    found,
    ...(hint !== undefined && { hint }),
  });
}

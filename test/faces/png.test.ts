import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodePng, type SmallPicture } from '../../runtime/faces/png.ts';
import { readImage } from '../../runtime/formats/image.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-png-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = (count: number, white: number) =>
  Array.from({ length: count }, (_, i) => (i * 7919 + (i >> 3) * 104729) % (white + 1));

it.each([
  ['colour', { size: 5, channels: 3, data: Uint8Array.from(values(75, 255)) }],
  ['grey', { size: 6, channels: 1, data: Uint8Array.from(values(36, 255)) }],
  ['deep grey', { size: 7, channels: 1, data: Uint16Array.from(values(49, 65535)) }],
] as const satisfies readonly (readonly [string, SmallPicture])[])(
  'is read back: %s',
  async (name, picture) => {
    const file = join(folder, `${name}.png`);
    writeFileSync(file, encodePng(picture));
    const read = await readImage(file, { colour: picture.channels === 1 ? 'grey' : 'rgb' });
    expect(read).toMatchObject({ width: picture.size, height: picture.size, channels: picture.channels });
    expect([...read.data]).toEqual([...picture.data]);
  },
);

import { basename } from 'node:path';
import { Type } from 'typebox';
import { imageSize, type Raster, rasterToTensor, readImage } from '../../runtime/formats/image.ts';
import { cropRaster, resizeRaster } from '../../runtime/formats/image-resample.ts';
import { defineNode, port } from '../../runtime/node.ts';

/** Problems that are listed; of more, the number is given. */
const LISTED = 20;

export const imageFiles = defineNode({
  type: 'source/image-files',
  version: 1,
  title: 'Image files',
  description:
    'Pictures of any shape from anywhere, one an item, named like the file: the largest square in the middle, or the whole ' +
    'picture squeezed into a square, resized with Pillow’s bilinear filter. PNG, JPEG, WebP and GIF of 8 or 16 bits, ' +
    'grey or coloured; transparent parts are white. All files are checked when the run starts.',
  example: {
    formatVersion: 1,
    nodes: {
      target: { type: 'source/image-files', params: { files: ['me.jpg'] } },
      picture: { type: 'sink/image', in: { image: 'target.image' } },
    },
    schedule: [{ pull: 'picture' }],
  },
  params: Type.Object({
    files: Type.Array(Type.String(), { description: 'Paths of the pictures', default: [] }),
    size: Type.Integer({
      description: 'Side of the images in pixels',
      default: 128,
      minimum: 2,
      maximum: 4096,
    }),
    fit: Type.Union([Type.Literal('crop'), Type.Literal('stretch')], {
      description: 'How a picture becomes a square: its middle is cut out, or it is squeezed',
      default: 'crop',
    }),
  }),
  inputs: {},
  outputs: { image: port('image[1,$size,$size,3]') },
  role: 'source',
  every: 'item',
  async items({ params: { files }, context: { resolve } }) {
    if (files.length === 0) throw new Error('the parameter "files" names no picture');
    const problems: string[] = [];
    for (const file of files) {
      await imageSize(resolve(file)).catch((cause: Error) => problems.push(cause.message));
    }
    if (problems.length > 0) {
      const more = problems.length > LISTED ? `\n  and ${problems.length - LISTED} more` : '';
      throw new Error(`${problems.length} problems:\n  ${problems.slice(0, LISTED).join('\n  ')}${more}`);
    }
    return itemNames(files);
  },
  async load({ params: { files, size, fit }, context: { resolve, item } }) {
    const file = files[item.index];
    if (file === undefined) throw new Error(`there are ${files.length} pictures, not number ${item.index}`);
    const raster = await readImage(resolve(file));
    const square = fit === 'crop' ? middleSquare(raster) : raster;
    const { data } = rasterToTensor(resizeRaster(square, { width: size, height: size }));
    return { image: { shape: [1, size, size, 3], data } };
  },
});

function middleSquare(raster: Raster): Raster {
  return cropRaster(raster, Math.min(raster.width, raster.height));
}

/** Names of files without folders and endings; of several that are equal, the later ones get a number. */
export function itemNames(files: readonly string[]): string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const stem = basename(file).replace(/\.[^.]+$/, '') || 'image';
    let name = stem;
    for (let i = 2; taken.has(name); i++) name = `${stem}-${i}`;
    taken.add(name);
    return name;
  });
}

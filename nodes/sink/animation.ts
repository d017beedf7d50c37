import { Type } from 'typebox';
import { type Frames, toFrames, writeAnimation } from '../../runtime/formats/image-write.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { dome } from '../_example.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const animation = defineNode({
  type: 'sink/animation',
  version: 1,
  title: 'Animation',
  description:
    'Writes the images of a batch as the frames of an animated WebP or GIF file that repeats for ever, there and back ' +
    'unless told otherwise: rotations and relighting.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      image: { type: 'source/pattern', params: { size: 16 } },
      turn: { type: 'view/turntable', params: { yawViews: 5, pitchViews: 1 } },
      frames: { type: 'renderer/render', in: { image: 'image', depth: 'depth', view: 'turn' } },
      rotation: { type: 'sink/animation', in: { frames: 'frames' } },
    },
    schedule: [{ pull: 'rotation' }],
  },
  params: Type.Object({
    ...fileNameParams('animation'),
    formats: Type.Array(Type.Union([Type.Literal('webp'), Type.Literal('gif')]), {
      description: 'A file of each of these',
      default: ['webp'],
      minItems: 1,
    }),
    rate: Type.Number({ description: 'Frames a second', default: 8, minimum: 1, maximum: 50 }),
    back: Type.Boolean({ description: 'Whether the frames run back to the first', default: true }),
  }),
  inputs: { frames: port('image[B,H,W,C]') },
  outputs: {},
  role: 'sink',
  async write({ inputs, params, context }) {
    const once = toFrames(inputs.frames);
    const frames = params.back ? thereAndBack(once) : once;
    for (const format of params.formats) {
      await writeAnimation(context.file(`${fileStem(params, context.step)}.${format}`), frames, {
        format,
        rate: params.rate,
      });
    }
  },
});

/** Frames a b c d as a b c d c b. */
function thereAndBack(frames: Frames): Frames {
  const { width, height, channels, count, data } = frames;
  const order = Array.from({ length: Math.max(2 * count - 2, 1) }, (_, i) =>
    i < count ? i : 2 * count - 2 - i,
  );
  const length = width * height * channels;
  const all = new Uint8Array(order.length * length);
  for (const [i, frame] of order.entries())
    all.set(data.subarray(frame * length, (frame + 1) * length), i * length);
  return { ...frames, count: order.length, data: all };
}

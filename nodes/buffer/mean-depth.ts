import { Type } from 'typebox';
import { type BufferContext, defineNode, port } from '../../runtime/node.ts';
import { dome } from '../_example.ts';

export const meanDepth = defineNode({
  type: 'buffer/mean-depth',
  version: 1,
  title: 'Average depth',
  description:
    'The mean of all depth maps that were written, pixel by pixel and over those that have a surface there; where none ' +
    'has, the background. What a method must beat that claims to know more than that there is a face.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      average: { type: 'buffer/mean-depth', in: { depth: 'depth' } },
      map: { type: 'sink/depth', in: { depth: 'average' } },
    },
    schedule: [{ pull: 'average', times: 2 }, { pull: 'map' }],
  },
  params: Type.Object({
    background: Type.Number({
      description: 'Depth of the background: from 0.0001 before it on, nothing is a surface',
      default: 1.1,
    }),
  }),
  inputs: { depth: port('depth[B,S,S]') },
  outputs: { depth: port('depth[1,S,S]') },
  role: 'buffer',
  write({ inputs: { depth }, params: { background }, context: { memory } }) {
    const [, height = 0, width = 0] = depth.shape;
    const size = height * width;
    const { sums, counts } = sumsOf(memory, size);
    depth.data.forEach((value, i) => {
      if (!(value < background - SURFACE)) return;
      const at = i % size;
      sums[at] = (sums[at] as number) + value;
      counts[at] = (counts[at] as number) + 1;
    });
    memory.set('sums', { shape: [height, width], data: sums });
    memory.set('counts', { shape: [height, width], data: counts });
  },
  read({ params: { background }, context: { memory } }) {
    const written = memory.get('sums');
    if (!written) throw new Error('no depth map was written yet: pull this buffer before what reads it');
    const { sums, counts } = sumsOf(memory, written.data.length);
    const data = sums.map((sum, i) => (counts[i] === 0 ? background : sum / (counts[i] as number)));
    return { depth: { shape: [1, ...written.shape], data } };
  },
});

/** A map of 16 bits tells depths apart that differ by 3·10⁻⁶. */
const SURFACE = 1e-4;

function sumsOf(memory: BufferContext['memory'], size: number) {
  const values = (name: string) => Float32Array.from(memory.get(name)?.data ?? new Float32Array(size));
  return { sums: values('sums'), counts: values('counts') };
}

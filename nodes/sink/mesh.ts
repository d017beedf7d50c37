import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Type } from 'typebox';
import { toFrames, writePng } from '../../runtime/formats/image-write.ts';
import { writeFileAtomic } from '../../runtime/formats/index.ts';
import { gridColours, gridMesh } from '../../runtime/formats/mesh.ts';
import { toGlb } from '../../runtime/formats/mesh-glb.ts';
import { toMtl, toObj } from '../../runtime/formats/mesh-obj.ts';
import { toPly } from '../../runtime/formats/mesh-ply.ts';
import { defineNode, type HostTensor, port } from '../../runtime/node.ts';
import { dome } from '../_example.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const meshSink = defineNode({
  type: 'sink/mesh',
  version: 1,
  title: 'Mesh',
  description:
    'Writes a shape with its texture as a mesh: OBJ and MTL exactly as the original does (in hundredths of a scene unit, ' +
    'z from depth 1 towards the viewer), GLB (in scene units) and PLY (the same, with a colour for every vertex). The ' +
    'grid’s vertices and one more in each cell. Give shape/points the depth. Where there is a mask, only cells inside.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      points: { type: 'shape/points', in: { depth: 'depth' } },
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      texture: { type: 'source/pattern', params: { size: 16 } },
      mesh: { type: 'sink/mesh', in: { points: 'points', normals: 'normals', texture: 'texture' } },
    },
    schedule: [{ pull: 'mesh' }],
  },
  params: Type.Object({
    ...fileNameParams('mesh'),
    formats: Type.Array(Type.Union([Type.Literal('obj'), Type.Literal('glb'), Type.Literal('ply')]), {
      description: 'Files of each of these',
      default: ['obj', 'glb', 'ply'],
      minItems: 1,
    }),
    lit: Type.Boolean({
      description: 'Whether viewers shall light the GLB: for an albedo; a texture carries its shading',
      default: false,
    }),
  }),
  inputs: {
    points: port('float[1,S,S,3]'),
    normals: port('normal[1,S,S,3]'),
    texture: port('image[1,S,S,3]'),
    mask: port('mask[1,S,S,1]', { optional: true }),
  },
  outputs: {},
  role: 'sink',
  async write({ inputs, params, context }) {
    const stem = fileStem(params, context.step);
    const floats = ({ data }: HostTensor) => data as Float32Array;
    const mask: HostTensor | undefined = inputs.mask;
    const meshOf = (scale: number) =>
      gridMesh({
        size: inputs.points.shape[1] as number,
        points: floats(inputs.points),
        normals: floats(inputs.normals),
        mask: mask && floats(mask),
        scale,
      });
    const texture = toFrames(inputs.texture);
    const picture = `${stem}-texture.png`;
    // Beside the material that names it: pictures of sinks have a folder of their own.
    const path = join(dirname(context.file(`${stem}.mtl`)), picture);
    await writePng(path, texture);
    const save = (ending: string, content: Uint8Array | string) =>
      writeFileAtomic(context.file(`${stem}.${ending}`), [Buffer.from(content as string)]);
    for (const format of params.formats) {
      if (format === 'obj') {
        await save('obj', toObj(meshOf(100), { material: `./${stem}.mtl` }));
        await save('mtl', toMtl({ texture: `./${picture}` }));
      } else if (format === 'glb') {
        await save(
          'glb',
          toGlb(meshOf(1), { texture: await readFile(path), unlit: !params.lit, name: params.name }),
        );
      } else {
        await save('ply', toPly(meshOf(1), gridColours(texture.data, texture.width)));
      }
    }
  },
});

import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { GoldenCase } from '../../test/golden/fixture.ts';
export const draw = defineNode({ type: 'golden/draw', version: 1, title: 'Draw', description: 'Draw.', params: Type.Object({ folder: Type.String({ description: 'f' }), names: Type.Array(Type.String(), { description: 'n' }) }), inputs: {}, outputs: { x: port('float[...]') }, role: 'source', every: 'pull',
  load: ({ params, context }) => { const g = new GoldenCase(params.folder); const n = params.names[context.step] ?? params.names[0]!; const s = g.entry(n).shape; return { x: { shape: s.length === 6 || s.length === 2 ? [...s] : [s[0]!, 1], data: g.array(n) as Float32Array } }; } });

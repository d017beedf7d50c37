import { Type } from 'typebox';
import { defineNode } from '../../runtime/node.ts';
import { replay } from '../../nodes/buffer/replay.ts';
import { GoldenCase } from '../../test/golden/fixture.ts';
import { batchesOf, gatherRows } from '../../nodes/_samples.ts';
export const rp = defineNode({ ...replay, type: 'golden/replay', params: Type.Object({ ...replay.params.properties, folder: Type.String({ description: 'f' }) }),
  read: ({ params, context }: any) => { const g = new GoldenCase(params.folder); const m = context.memory;
    const n = (m.get('reads')?.data[0] ?? 0) as number; m.set('reads', { shape: [1], data: Int32Array.of(n + 1) });
    let at = (m.get('at')?.data[0] ?? 0) as number; let order = Array.from((m.get('ord')?.data ?? Array.from({ length: 12 }, (_, i) => i)) as number[]);
    at += params.count; if (at + params.count >= 12) { at = 0; const p = g.array(`draw/step3_${n}_randperm`); order = Array.from(p, (i) => order[i]!); console.log('shuffle at', n); }
    m.set('at', { shape: [1], data: Int32Array.of(at) }); m.set('ord', { shape: [12], data: Int32Array.from(order) });
    const rows = order.slice(at, at + params.count); return { image: gatherRows(batchesOf(context, 'image'), rows), mask: gatherRows(batchesOf(context, 'mask'), rows) }; } } as any);

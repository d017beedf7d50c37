import * as tf from '@tensorflow/tfjs-core';
import { emit } from '../graph.ts';
import { Sym } from '../sym.ts';
import { type Call, defineKernels, relabel } from './define.ts';
import { activate, add, numeric } from './elementwise.ts';
import { filled } from './fill.ts';

/** Product of the two innermost axes; outer axes broadcast. */
export function matMul(a: Sym, b: Sym, transposeA: boolean, transposeB: boolean): Sym {
  // a Transpose before a MatMul rather than FusedMatMul: the CPU provider fuses them, WebGPU has no fused kernel
  const left = numeric(transposeA ? lastTwoSwapped(a) : a).row();
  const right = numeric(transposeB ? lastTwoSwapped(b) : b).row();
  const batch = broadcastBatch(left.shape.slice(0, -2), right.shape.slice(0, -2));
  if (left.shape.at(-1) !== right.shape.at(-2))
    throw new Error(`inner extents ${left.shape.at(-1)} and ${right.shape.at(-2)} differ`);
  const shape = [...batch, left.shape.at(-2) as number, right.shape.at(-1) as number];
  // ONNX Runtime does not broadcast over an empty batch
  if (shape.includes(0)) return filled(shape, 0, left.type as tf.DataType);
  return Sym.row(emit('MatMul', [left, right], { shape, type: left.type }));
}

function lastTwoSwapped(x: Sym): Sym {
  const rank = x.shape.length;
  const order = Array.from({ length: rank }, (_, i) => i);
  return relabel(x, [...order.slice(0, -2), rank - 1, rank - 2]);
}

function broadcastBatch(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x = 1, y = 1] = [a[i - rank + a.length], b[i - rank + b.length]];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`batch extents ${a} and ${b} do not broadcast`);
    return Math.max(x, y);
  });
}

function fusedMatMul({ in: input, maybe, attrs }: Call): Sym {
  const product = matMul(input('a'), input('b'), attrs.transposeA, attrs.transposeB);
  const bias = maybe('bias');
  return activate(bias ? add(product, bias) : product, attrs.activation, {
    alpha: attrs.leakyreluAlpha,
    weights: maybe('preluActivationWeights'),
  });
}

function einsum({ list, attrs }: Call): Sym {
  const equation = (attrs.equation as string).replace(/\s/g, '');
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, list.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, list as unknown as tf.Tensor[]);
  const [terms, result] = equation.split('->') as [string, string];
  const extents = new Map<string, number>();
  terms.split(',').forEach((term, i) => {
    [...term].forEach((axis, at) => {
      extents.set(axis, (list[i] as Sym).shape[at] as number);
    });
  });
  const operands = list.map(numeric);
  const shape = [...result].map((axis) => extents.get(axis) as number);
  return Sym.row(
    emit(
      'Einsum',
      operands.map((x) => x.row()),
      { shape, type: (operands[0] as Sym).type, attributes: { equation } },
    ),
  );
}

defineKernels({
  BatchMatMul: ({ in: input, attrs }) => matMul(input('a'), input('b'), attrs.transposeA, attrs.transposeB),
  _FusedMatMul: fusedMatMul,
  Einsum: einsum,
});

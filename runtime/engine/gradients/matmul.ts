import * as tf from '@tensorflow/tfjs-core';
import { gradient, type InputGradients, keptShape, sizeAt, transposed, unbroadcast } from './shared.ts';

interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export const matMulGradients: tf.GradConfig[] = [
  // tfjs forgets to sum over broadcast batch dimensions and throws.
  gradient<MatMulAttrs>('BatchMatMul', { inputs: ['a', 'b'] }, (dy, [a, b], attrs) => {
    const { transposeA: ta, transposeB: tb } = attrs;
    const da = () => (ta ? tf.matMul(b, dy, tb, true) : tf.matMul(dy, b, false, !tb));
    const db = () => (tb ? tf.matMul(dy, a, true, ta) : tf.matMul(a, dy, !ta, false));
    return {
      a: () => unbroadcast(da(), a.shape),
      b: () => sharedWeightGradient(dy, a, b, attrs) ?? unbroadcast(db(), b.shape),
    };
  }),

  // Missing in tfjs.
  gradient<{ equation: string }>('Einsum', { allInputs: true }, (dy, saved, { equation }) =>
    einsumGradients(dy, saved, equation),
  ),
];

/** One matrix for the whole batch: its gradient is one long product instead of many short ones and a sum. */
function sharedWeightGradient(dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, attrs: MatMulAttrs) {
  const batch = a.shape.slice(0, -2);
  const applies =
    !attrs.transposeA &&
    batch.length > 0 &&
    tf.util.arraysEqual(batch, dy.shape.slice(0, -2)) &&
    b.shape.slice(0, -2).every((size) => size === 1);
  if (!applies) return undefined;
  const rows = (x: tf.Tensor) =>
    tf.reshape(x, [x.shape.slice(0, -1).reduce((p, n) => p * n, 1), sizeAt(x.shape, x.rank - 1)]);
  const [left, right] = attrs.transposeB ? [dy, a] : [a, dy];
  return tf.reshape(tf.matMul(rows(left), rows(right), true, false), b.shape);
}

/** Swaps the output with one operand; labels that only that operand has were summed, so they repeat. */
function einsumGradients(dy: tf.Tensor, operands: tf.Tensor[], equation: string): InputGradients {
  const [left = '', output = ''] = equation.replace(/\s/g, '').split('->');
  const terms = operands.map((tensor, i) => ({ labels: left.split(',')[i] ?? '', tensor }));
  return Object.fromEntries(
    terms.map((term, i) => {
      const others = terms.filter((_, j) => j !== i);
      return [String(i), () => operandGradient(dy, output, term, others)];
    }),
  );
}

interface Term {
  readonly labels: string;
  readonly tensor: tf.Tensor;
}

function operandGradient(dy: tf.Tensor, output: string, { labels, tensor }: Term, others: readonly Term[]) {
  const isKnown = (label: string) => output.includes(label) || others.some((o) => o.labels.includes(label));
  const known = [...labels].filter(isKnown).join('');
  const repeated = [...labels].flatMap((label, i) => (isKnown(label) ? [] : [i]));
  const value = contract(dy, output, others, known);
  return tf.broadcastTo(tf.reshape(value, keptShape(tensor.shape, repeated)), tensor.shape);
}

/** Labels that one operand alone has are summed first: tf.einsum takes them for others. */
function contract(dy: tf.Tensor, output: string, others: readonly Term[], target: string): tf.Tensor {
  const terms = [{ labels: output, tensor: dy }, ...others];
  const [first, second] = terms.map((term, i) => {
    const elsewhere = target + terms.flatMap((other, j) => (j === i ? [] : [other.labels])).join('');
    return sumOut(term, (label) => elsewhere.includes(label));
  }) as [Term, Term?];
  if (second) return tf.einsum(`${first.labels},${second.labels}->${target}`, first.tensor, second.tensor);
  return transposed(
    first.tensor,
    [...target].map((label) => first.labels.indexOf(label)),
  );
}

function sumOut({ labels, tensor }: Term, isKept: (label: string) => boolean): Term {
  const axes = [...labels].flatMap((label, i) => (isKept(label) ? [] : [i]));
  if (axes.length === 0) return { labels, tensor };
  return { labels: [...labels].filter(isKept).join(''), tensor: tf.sum(tensor, axes) };
}

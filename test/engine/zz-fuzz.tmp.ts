import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useEngine } from '../../runtime/engine/index.ts';
await useEngine('onnx', { threads: 1 });
const on = tf.findBackend('onnx') as any;
type Case = [string, () => tf.Tensor | tf.Tensor[]];
async function both([name, f]: Case) {
  const res: any = {};
  for (const b of ['cpu', 'onnx']) {
    await tf.setBackend(b);
    (tf.backend() as any).firstUse = false;
    try {
      const out = tf.tidy(f); const list = Array.isArray(out) ? out : [out];
      res[b] = list.map((t) => ({ shape: [...t.shape], dtype: t.dtype, data: Array.from(t.dataSync() as any) }));
    } catch (e) { res[b] = { error: String((e as Error).message).slice(0, 200) }; }
  }
  const c = res.cpu, o = res.onnx;
  if (c.error && o.error) return;
  if (c.error || o.error) { console.log('ERR', name, '\n   cpu :', c.error ?? JSON.stringify(c).slice(0, 150), '\n   onnx:', o.error ?? JSON.stringify(o).slice(0, 150)); return; }
  for (let i = 0; i < c.length; i++) {
    const a = c[i], b = o[i];
    const bad = String(a.shape) !== String(b.shape) || a.dtype !== b.dtype || a.data.length !== b.data.length ||
      a.data.some((v: number, k: number) => { const w = b.data[k]; return !(Object.is(v, w) || v === w || Math.abs(v - w) <= 1e-4 * (1 + Math.abs(v))); });
    if (bad) { console.log('DIFF', name, '\n   cpu :', JSON.stringify(a, (k, v) => typeof v === 'number' && !Number.isFinite(v) ? String(v) : v).slice(0, 220), '\n   onnx:', JSON.stringify(b, (k, v) => typeof v === 'number' && !Number.isFinite(v) ? String(v) : v).slice(0, 220)); return; }
  }
}
const cases: Case[] = [];
const add = (n: string, f: () => any) => cases.push([n, f]);
const seq = (shape: number[], k = 1) => tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 * k + k)), shape);
const conv = (h = 4, w = 5, c = 3, o = 4, n = 2) => tf.conv2d(seq([n, h, w, c]) as any, seq([3, 3, c, o], 0.7) as any, 1, 'same') as tf.Tensor;
// elementwise
for (const s of [[], [1], [4], [5, 1], [5, 4], [4, 5, 4], [4, 1, 1], [2, 4, 5, 4], [1, 4, 1, 4], [2, 1, 1, 4], [2, 1, 1, 1]]) for (const op of ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'squaredDifference', 'greater', 'equal', 'atan2', 'prelu', 'floorDiv', 'mod', 'pow'])
  { add(`${op} conv,${s}`, () => (tf as any)[op](op === 'pow' ? tf.abs(conv()) : conv(), seq(s, 0.9)));
    if (op !== 'prelu') add(`${op} ${s},conv`, () => (tf as any)[op](op === 'pow' ? tf.abs(seq(s, 0.9)) : seq(s, .9), conv())); }
for (const s of [[1], [4], [2,4,5,4]]) add(`where ${s}`, () => tf.where(tf.greater(conv(), 0), seq(s.length===4?s:[2,4,5,4]), conv()));
const subsets: number[][] = []; for (let m = 0; m < 16; m++) subsets.push([0, 1, 2, 3].filter((i) => m >> i & 1));
for (const ax of subsets) for (const k of [true, false]) for (const op of ['sum', 'mean', 'max', 'min', 'prod']) add(`${op} ${ax} ${k}`, () => (tf as any)[op](conv(), ax, k));
for (const k of [true, false]) for (const ax of [[], [0], [1, 3], [2]]) { add(`all ${ax}${k}`, () => tf.all(tf.greater(conv(), -1), ax, k)); add(`any ${ax}${k}`, () => tf.any(tf.greater(conv(), 0.5), ax, k)); add(`lse ${ax}`, () => tf.logSumExp(conv(), ax, k)); }
for (const ax of [0, 1, 2, 3, -1]) { add(`argMax ${ax}`, () => tf.argMax(conv(), ax)); add(`argMin ${ax}`, () => tf.argMin(conv(), ax)); add(`cumsum ${ax}`, () => tf.cumsum(conv(), ax, true, true)); add(`reverse ${ax}`, () => tf.reverse(conv(), ax));
  add(`unstack ${ax}`, () => tf.unstack(conv(), ax)); add(`split ${ax}`, () => tf.split(conv(), ax === 2 ? 5 : 2, ax)); add(`concat ${ax}`, () => tf.concat([conv(), seq([2, 4, 5, 4]), conv()], ax)); add(`stack ${ax}`, () => tf.stack([conv(), seq([2, 4, 5, 4])], ax));
  add(`gather ${ax}`, () => tf.gather(conv(), tf.tensor1d([1, 0, 1], 'int32'), ax)); add(`gather2 ${ax}`, () => tf.gather(conv(), tf.tensor2d([[1, 0], [1, 1]], [2,2], 'int32'), ax)); add(`gathers ${ax}`, () => tf.gather(conv(), tf.scalar(1, 'int32'), ax));
  add(`expand ${ax}`, () => tf.expandDims(conv(), ax)); }
add('softmax', () => tf.softmax(conv())); add('logsoftmax', () => tf.logSoftmax(conv()));
add('slice', () => tf.slice(conv(), [0, 1, 2, 1], [1, -1, 2, 2])); add('slice1', () => tf.slice(conv(), [1]));
add('ss', () => tf.stridedSlice(conv(), [0, -1, 0, 3], [2, 0, 5, 0], [1, -2, 2, -1]));
add('ss2', () => tf.stridedSlice(conv(), [1, 0, 0, 1], [2, 4, 5, 2], [1, 1, 1, 1], 0, 0, 0, 0, 0b1001));
add('ss3', () => tf.stridedSlice(conv(), [0, 1], [2, 3], [1, 1], 0, 0, 0, 0b10, 0));
add('ss4', () => tf.stridedSlice(conv(), [0, 1], [2, 3], [1, 1], 0, 0, 0b10, 0, 0));
add('ssneg', () => tf.stridedSlice(conv(), [1, 3, 4, 3], [-5, -5, -6, -5], [-1, -1, -1, -1]));
add('pad', () => tf.pad(conv(), [[0, 1], [2, 0], [1, 1], [0, 3]], 7)); for (const m of ['reflect', 'symmetric'] as const) add(m, () => tf.mirrorPad(conv(), [[0, 1], [2, 0], [1, 1], [0, 3]], m));
add('tile', () => tf.tile(conv(), [2, 1, 3, 2])); add('bc', () => tf.broadcastTo(tf.slice(conv(), [0, 0, 0, 0], [2, 1, 1, 4]), [2, 3, 2, 4]));
for (const p of [[0, 3, 1, 2], [3, 2, 1, 0], [1, 0, 3, 2], [2, 0, 1, 3]]) { add(`tr ${p}`, () => tf.transpose(conv(), p)); add(`tr+ ${p}`, () => tf.add(tf.transpose(conv(), p), 1).reshape([-1])); add(`tr mul ${p}`, () => tf.mul(tf.transpose(conv(), p), seq([1]).reshape([1,1,1,1]))); }
for (const s of [[-1], [2, 20, 4], [8, 5, 4], [2, 4, 20], [4, 2, 5, 4], [2, 2, 2, 5, 2, 2]]) add(`rs ${s}`, () => tf.reshape(conv(), s));
add('s2b', () => tf.spaceToBatchND(conv(4, 6) as any, [2, 3], [[0, 0], [3, 0]])); add('b2s', () => tf.batchToSpaceND(conv(4, 5, 3, 4, 4) as any, [2, 2], [[1, 0], [0, 1]])); add('d2s', () => tf.depthToSpace(conv() as any, 2));
add('bil', () => tf.image.resizeBilinear(conv() as any, [7, 3])); add('bilh', () => tf.image.resizeBilinear(conv() as any, [7, 3], false, true)); add('bila', () => tf.image.resizeBilinear(conv() as any, [7, 3], true)); add('nn', () => tf.image.resizeNearestNeighbor(conv() as any, [7, 3])); add('nnh', () => tf.image.resizeNearestNeighbor(conv() as any, [7, 3], false, true)); add('nna', () => tf.image.resizeNearestNeighbor(conv() as any, [7, 3], true));
add('oh', () => tf.oneHot(tf.cast(tf.mul(conv(), 3), 'int32'), 4)); add('mm', () => tf.matMul(conv(), conv(), false, true)); add('mmT', () => tf.matMul(tf.transpose(conv(), [0, 3, 1, 2]), conv().transpose([0, 3, 2, 1])));
add('gnd', () => tf.gatherND(conv(), tf.tensor2d([[0, 1, 2], [1, 3, 4]], [2, 3], 'int32'))); add('bn', () => tf.batchNorm(conv() as any, seq([4]) as any, tf.abs(seq([4])) as any, seq([4], 2) as any, seq([4], 3) as any));
add('conv conv', () => tf.conv2d(conv() as any, seq([2, 2, 4, 3]) as any, 2, 'valid')); add('dw', () => tf.depthwiseConv2d(conv() as any, seq([3, 3, 4, 2]) as any, 1, 'same')); add('mp', () => tf.maxPool(conv() as any, 3, 2, 'same')); add('ap', () => tf.avgPool(conv() as any, 3, 2, 'same')); add('ap2', () => tf.avgPool(conv() as any, 3, 2, 1));
add('lrn', () => tf.localResponseNormalization(conv() as any)); add('topk', () => { const r = tf.topk(conv(), 2); return [r.values, r.indices]; }); add('einsum', () => tf.einsum('nhwc,nhwd->ncd', conv(), conv()));
// dtype
const I = (v: number[]) => tf.tensor1d(v, 'int32'); const B = (v: number[]) => tf.tensor1d(v, 'bool');
const MIN = -2147483648, MAX = 2147483647;
for (const op of ['add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'maximum', 'minimum', 'squaredDifference', 'pow', 'greater', 'lessEqual', 'equal', 'notEqual', 'atan2', 'divNoNan']) {
  add(`int ${op}`, () => (tf as any)[op](I([7, -7, 7, -7, 0, 5]), I([2, 2, -2, -2, 3, 1])));
  if (op!=='pow') add(`int0 ${op}`, () => (tf as any)[op](I([7, -7, 0]), I([0, 0, 0])));
  add(`intx ${op}`, () => (tf as any)[op](I([MIN, MAX, MIN, MAX, MIN,-5,5]), I([-1, -1, 1, MIN, MIN, MIN, MIN])));
  add(`bool ${op}`, () => (tf as any)[op](B([1, 1, 0, 0]), B([1, 0, 1, 0])));
  add(`bool,int ${op}`, () => (tf as any)[op](B([1, 1, 0, 0]), I([1, 3, 1, 2])));
  add(`int,float ${op}`, () => (tf as any)[op](I([1, 5, 0, 2]), tf.tensor1d([0.5, 2, 2, -1])));
}
for (const op of ['abs', 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'ceil', 'cos', 'cosh', 'elu', 'erf', 'exp', 'expm1', 'floor', 'isFinite', 'isInf', 'isNaN', 'leakyRelu', 'log', 'log1p', 'logSigmoid', 'neg', 'reciprocal', 'relu', 'relu6', 'round', 'rsqrt', 'selu', 'sigmoid', 'sign', 'sin', 'sinh', 'softplus', 'sqrt', 'square', 'step', 'tan', 'tanh', 'zerosLike', 'onesLike', 'mean', 'sum', 'max', 'min', 'prod', 'argMax', 'cumsum', 'logicalNot','softmax','logSoftmax','logSumExp','all','any'] ) {
  if (!['logicalNot','all','any'].includes(op)) { add(`${op} float`, () => (tf as any)[op](tf.tensor1d([-2, -0.7, 0.5, 0.3, 1.5, 2.5, -1.5, -0.5, 100, -100]))); add(`${op} special`, () => (tf as any)[op](tf.tensor1d([NaN, Infinity, -Infinity, 0, -0, 1]))); add(`${op} int`, () => (tf as any)[op](I([-2, 0, 1, 3])));  add(`${op} empty`, () => (tf as any)[op](tf.zeros([2, 0, 3]))); add(`${op} scalar`, () => (tf as any)[op](tf.scalar(0.5))); }
  add(`${op} bool`, () => (tf as any)[op](B([1, 0, 1])));
}
for (const op of ['add', 'mul', 'maximum', 'minimum', 'pow', 'greater', 'equal', 'mod', 'floorDiv', 'atan2','less','notEqual','div','squaredDifference','prelu']) { add(`nan ${op}`, () => (tf as any)[op](tf.tensor1d([NaN, 1, NaN, 2, Infinity, -Infinity, Infinity, -2, 0, 5, NaN, 1, NaN, 2, 3, 4, 5]), tf.tensor1d([1, NaN, NaN, Infinity, 2, 3, -Infinity, 0.5, 0, 0, 1, NaN, 4, NaN, 1, 2, 3]))); add(`empty ${op}`, () => (tf as any)[op](tf.zeros([0, 3]), tf.zeros([1, 3]))); }
add('clip nan', () => tf.clipByValue(tf.tensor1d([NaN, 5, -5, Infinity]), -1, 1)); add('clip int', () => tf.clipByValue(I([-5, 0, 9]), -1, 3));
add('cast', () => [tf.cast(tf.tensor1d([-1.5, -0.5, 1.9, -2.9, 2.5]), 'int32'), tf.cast(tf.tensor1d([0, -0.5, NaN, 2]), 'bool'), tf.cast(I([-3, 0, 2]), 'bool'), tf.cast(B([1, 0]), 'float32'), tf.cast(I([MIN, MAX]), 'float32')]);
add('castnan', () => tf.cast(tf.tensor1d([NaN, Infinity, -Infinity, 3e9, -3e9]), 'int32'));
add('pow neg', () => tf.pow(tf.tensor1d([-2, -2, -8, 0, 0, -1]), tf.tensor1d([2, 3, 1 / 3, 0, -1, 0.5]))); add('ipow', () => tf.pow(I([2, -2, 3, 0, 5]), I([3, 3, 2, 0, 1])));add('ipown', () => tf.pow(I([2, 0]), I([-1,-1])));
// empty
add('e sum0', () => tf.sum(tf.zeros([2, 0, 3]), 1)); add('e max', () => tf.max(tf.zeros([2, 0, 3]), 1)); add('e max0', () => tf.max(tf.zeros([2, 0, 3]), 0)); add('e mean', () => tf.mean(tf.zeros([2, 0, 3]), 1)); add('e prod', () => tf.prod(tf.zeros([2, 0]), 1));add('e min', () => tf.min(tf.zeros([0])));
add('e mm', () => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]))); add('e mm2', () => tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3]))); add('e concat', () => tf.concat([tf.zeros([0, 3]), tf.ones([2, 3]), tf.zeros([0, 3])])); add('e concat0', () => tf.concat([tf.zeros([0, 3]), tf.zeros([0, 3])]));
add('e slice', () => tf.slice(seq([3, 4]), [1, 1], [0, 2])); add('e pad', () => tf.pad(tf.zeros([0, 2]), [[1, 1], [0, 0]], 3)); add('e tile', () => tf.tile(tf.zeros([0, 2]), [2, 2])); add('tile0', () => tf.tile(seq([2, 2]), [0, 2])); add('e gather', () => tf.gather(seq([3, 2]), tf.tensor1d([], 'int32'))); add('e conv', () => tf.conv2d(tf.zeros([0, 4, 4, 2]), seq([3, 3, 2, 3]) as any, 1, 'same')); add('e transpose', () => tf.transpose(tf.zeros([2, 0, 3]), [2, 1, 0])); add('e oneHot', () => tf.oneHot(tf.tensor1d([], 'int32'), 3)); add('e softmax', () => tf.softmax(tf.zeros([0, 3]))); add('e resize', () => tf.image.resizeBilinear(tf.zeros([0, 2, 2, 3]), [4, 4])); add('e mp', () => tf.maxPool(tf.zeros([0, 4, 4, 3]) as any, 2, 2, 'same')); add('e split', () => tf.split(tf.zeros([0, 4]), 2, 1)); add('e stack', () => tf.stack([tf.zeros([0]), tf.zeros([0])])); add('e unstack', () => tf.unstack(tf.zeros([2, 0]))); add('e reverse', () => tf.reverse(tf.zeros([0, 2]))); add('e where', () => tf.where(tf.zeros([0], 'bool'), tf.zeros([0]), tf.ones([0]))); add('e cumsum', () => tf.cumsum(tf.zeros([0]))); add('e argmax', () => tf.argMax(tf.zeros([0, 3]), 1)); add('e scatter', () => tf.scatterND(tf.zeros([0, 1], 'int32'), tf.zeros([0, 2]), [3, 2])); add('e gnd', () => tf.gatherND(seq([3, 2]), tf.zeros([0, 1], 'int32'))); add('e addn', () => tf.addN([tf.zeros([0]), tf.zeros([0])])); add('e einsum', () => tf.einsum('ij,jk->ik', tf.zeros([0, 2]), seq([2, 3])));add('e ap', () => tf.avgPool(tf.zeros([0, 4, 4, 3]) as any, 2, 2, 'same'));add('e bn', () => tf.batchNorm(tf.zeros([0,2]) as any, seq([2]) as any, tf.ones([2]) as any));add('e dw', () => tf.depthwiseConv2d(tf.zeros([0,4,4,2]) as any, seq([3,3,2,1]) as any,1,'same'));
// high rank
const r5 = () => seq([2, 3, 2, 2, 3]), r6 = () => seq([2, 1, 3, 2, 2, 2]);
add('r6 add', () => tf.add(r6(), seq([2, 1, 2]))); add('r5 add', () => tf.mul(r5(), seq([2, 1, 1, 1, 3]))); add('r6 tr', () => tf.transpose(r6(), [5, 3, 1, 0, 2, 4])); add('r6 sum', () => tf.sum(r6(), [1, 4])); add('r6 slice', () => tf.slice(r6(), [1, 0, 1, 0, 1, 0], [1, 1, 2, 2, 1, 1])); add('r6 tile', () => tf.tile(r6(), [1, 2, 1, 1, 1, 2])); add('r6 pad', () => tf.pad(r6(), [[0, 0], [1, 0], [0, 0], [0, 1], [0, 0], [0, 0]])); add('r6 concat', () => tf.concat([r6(), r6()], 3)); add('r6 gather', () => tf.gather(r6(), I([1, 0]), 4)); add('r6 reverse', () => tf.reverse(r6(), [2, 5])); add('r6 ss', () => tf.stridedSlice(r6(), [0, 0, 0], [2, 1, 3], [1, 1, 2])); add('r5 mm', () => tf.matMul(seq([2, 1, 2, 3]), seq([1, 3, 3, 2]))); add('r6 argmax', () => tf.argMax(r6(), 2)); add('r6 softmax', () => tf.softmax(r6())); add('r5 unstack', () => tf.unstack(r5(), 3)); add('r6 split', () => tf.split(r6(), [1, 2], 2));
// int/bool layouts
for (const d of ['int32', 'bool'] as const) { const c = () => tf.cast(tf.greater(conv(), 0), d); add(`${d} pad`, () => tf.pad(c(), [[0, 0], [1, 0], [0, 0], [0, 0]])); add(`${d} mirror`, () => tf.mirrorPad(c(), [[0, 0], [1, 0], [0, 0], [0, 0]], 'reflect')); add(`${d} tile`, () => tf.tile(c(), [1, 2, 1, 1])); add(`${d} gather`, () => tf.gather(c(), I([1]), 3)); add(`${d} concat`, () => tf.concat([c(), c()], 3)); add(`${d} tr`, () => tf.transpose(c(), [3, 1, 0, 2])); add(`${d} sum`, () => tf.sum(c(), 3)); add(`${d} max`, () => tf.max(c(), [1, 2])); add(`${d} mean`, () => tf.mean(c(), [1, 2])); add(`${d} where`, () => tf.where(tf.cast(c(), 'bool'), c(), tf.zerosLike(c()))); add(`${d} slice`, () => tf.slice(c(), [0, 1, 1, 1])); add(`${d} rev`, () => tf.reverse(c(), 3)); add(`${d} nn`, () => tf.image.resizeNearestNeighbor(c() as any, [3, 3])); add(`${d} bil`, () => tf.image.resizeBilinear(c() as any, [3, 3])); add(`${d} argmax`, () => tf.argMax(c(), 3)); add(`${d} d2s`, () => tf.depthToSpace(c() as any, 2)); add(`${d} cumsum`, () => tf.cumsum(c(), 1)); add(`${d} gnd`, () => tf.gatherND(c(), I([1]).reshape([1, 1]))); add(`${d} mp`, () => tf.maxPool(c() as any, 2, 2, 'same'));add(`${d} ap`, () => tf.avgPool(c() as any, 2, 2, 'same')); add(`${d} stridedSlice`, () => tf.stridedSlice(c(), [0, 3], [2, 0], [1, -1])); add(`${d} mm`, () => tf.matMul(c(), c(), false, true)); add(`${d} scatter`, () => tf.scatterND(I([1, 0]).reshape([2, 1]), tf.cast(I([3, 1]), d), [3])); add(`${d} tsu`, () => tf.tensorScatterUpdate(tf.cast(I([0,0,1]), d), I([1]).reshape([1, 1]), tf.cast(I([1]), d))); add(`${d} unstack`, () => tf.unstack(c(), 3)); add(`${d} stack`, () => tf.stack([c(), c()], 1)); add(`${d} split`, () => tf.split(c(), 2, 3)); add(`${d} prod`, () => tf.prod(c(), 3)); add(`${d} min`, () => tf.min(c(), 3)); add(`${d} addn`, () => tf.addN([c(), c()])); add(`${d} conv`, () => tf.conv2d(c() as any, seq([2, 2, 4, 1]) as any, 1, 'same')); add(`${d} expand`, () => tf.broadcastTo(tf.cast(I([1]), d), [2, 2])); add(`${d} einsum`, ()=> tf.einsum('i,j->ij', tf.cast(I([1,2]),d), tf.cast(I([3,4]),d))); add(`${d} topk`, () => tf.topk(tf.cast(I([1,0,1]),d),2).values); add(`${d} unsorted`, () => tf.unsortedSegmentSum(tf.cast(I([1,0,1]),d) as any, I([0,0,1]) as any, 2)); }
add('range', () => [tf.range(5, 0), tf.range(0, 5, -1), tf.range(0, 1, 0.25), tf.range(3, 3), tf.range(5, 0, 2), tf.range(0, 10, 3, 'int32')]);
add('linspace', () => [tf.linspace(0, 1, 1), tf.linspace(1, 0, 5)]); add('eye', () => tf.eye(3, 4)); add('fill', () => [tf.fill([], 3), tf.fill([2, 0], 3), tf.fill([2], 3.7, 'int32'), tf.fill([2], 1, 'bool' as any)]);
add('oob', () => tf.gather(seq([3]), tf.add(I([0]), I([7])))); add('oobneg', () => tf.gather(seq([3]), tf.add(I([0]), I([-7]))));
add('gnd oob', () => tf.gatherND(seq([3]), tf.add(I([0]), I([7])).reshape([1, 1])));
add('scatter oob', () => tf.scatterND(tf.add(I([0]), I([7])).reshape([1, 1]), seq([1]), [3]));
add('scatter dup', () => tf.scatterND(I([1, 1, 1]).reshape([3, 1]), seq([3]), [3]));
add('onehot oob', () => tf.oneHot(I([-1, 5, 1]), 3));
add('big bc', () => tf.sum(tf.add(seq([200, 1]), seq([1, 300])), 1));
add('bincount', () => tf.bincount(I([1, 1, 2]) as any, tf.tensor1d([]) as any, 4)); add('whereAsync', () => tf.zeros([1]));
add('batch gather', () => tf.gather(seq([2, 3, 4]), tf.tensor2d([[0, 2], [1, 1]], [2, 2], 'int32'), 1, 1));add('batch gather2', () => tf.gather(seq([2, 3, 4]), tf.tensor2d([[0, 2], [1, 1]], [2, 2], 'int32'), 2, 1));
add('maxpool pad', () => tf.maxPool(tf.neg(tf.abs(seq([1, 4, 4, 2]))) as any, 2, 2, 1)); add('maxpool nan', () => tf.maxPool(tf.tensor4d([1, NaN, 3, 4], [1, 2, 2, 1]), 2, 1, 'valid')); add('maxpool -inf', () => tf.maxPool(tf.fill([1, 2, 2, 1], -Infinity) as any, 2, 1, 'valid')); add('maxpool bigpad', () => tf.maxPool(seq([1, 4, 4, 1]) as any, 2, 1, [[0, 0], [3, 3], [2, 2], [0, 0]] as any)); add('avg bigpad', () => tf.avgPool(seq([1, 4, 4, 1]) as any, 2, 1, [[0, 0], [3, 3], [2, 2], [0, 0]] as any));
add('relu nan', () => [tf.relu(tf.tensor1d([NaN, -1])), tf.relu6(tf.tensor1d([NaN, -1, 9])), tf.elu(tf.tensor1d([NaN])), tf.leakyRelu(tf.tensor1d([NaN])), tf.selu(tf.tensor1d([NaN])), tf.step(tf.tensor1d([NaN])), tf.sign(tf.tensor1d([NaN, -0])), tf.softplus(tf.tensor1d([NaN, 1000, -1000])), tf.sigmoid(tf.tensor1d([NaN, 1000, -1000])), tf.tanh(tf.tensor1d([NaN]))]);
add('argmax nan', () => [tf.argMax(tf.tensor1d([NaN, 1, 2])), tf.argMin(tf.tensor1d([NaN, 1, 2])), tf.argMax(tf.tensor1d([-Infinity, -Infinity]))]);
add('round', () => tf.round(tf.tensor1d([0.5, 1.5, 2.5, -0.5, -1.5, -2.5]))); add('mod', () => tf.mod(tf.tensor1d([5.5, -5.5, 5.5, -5.5]), tf.tensor1d([2, 2, -2, -2])));
const f = process.argv[2]; let n = 0;
for (const c of cases) if (!f || c[0].includes(f)) { if (process.env.V) console.log(c[0]); n++; await both(c); }
console.log(n, 'cases');
process.exit(0);

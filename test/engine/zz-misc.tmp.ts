import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useEngine, compile, withScope } from '../../runtime/engine/index.ts';
await useEngine('onnx', { threads: 1 }); (tf.findBackend('cpu') as any).firstUse=false;
const show = (n: string, f: () => any) => { try { const r = f(); console.log(n, r instanceof tf.Tensor ? [r.dtype, r.shape.join(), Array.from(r.dataSync()).slice(0, 12).join()] : r); } catch (e) { console.log(n, 'ERR', (e as any).code, (e as Error).message); } };
const MIN = -2147483648;
// compiled int division by constants
const zero = tf.tensor1d([0, -1, 2, 0], 'int32');
const step = compile((x: tf.Tensor) => ({ q: tf.floorDiv(x, zero), m: tf.mod(x, zero), d: tf.div(x, zero), p: tf.floorDiv(tf.tensor1d([MIN, MIN, MIN, 5], 'int32'), zero), n: tf.divNoNan(x, zero) }));
const r = step(tf.tensor1d([MIN, MIN, 7, 0], 'int32'));
for (const [k, v] of Object.entries(r)) show(k, () => v);
show('unknown', () => withScope('gan/decoder', () => tf.complex(tf.ones([2]), tf.ones([2]))));
show('unknown2', () => withScope('gan/decoder', () => (tf.engine() as any).runKernel('StringNGrams', { x: tf.ones([2]) })));
show('nokernel', () => (tf.engine() as any).runKernel('NoSuchKernel', { x: tf.ones([2]) }));
// filter shared by two layers, variable layout
const v = tf.variable(tf.tensor(Array.from({ length: 3 * 3 * 2 * 2 }, (_, i) => i), [3, 3, 2, 2]), true, 'vv');
const x = tf.randomNormal([1, 5, 5, 2]) as tf.Tensor4D;
const y = tf.conv2d(tf.conv2d(x, v as any, 1, 'same'), v as any, 1, 'same'); y.dataSync();
show('var', () => v); show('var row', () => tf.add(v, 0)); show('view', () => tf.slice(tf.reshape(v, [9, 4]), [1], [1]));
v.assign(tf.mul(v, 2)); show('var2', () => v);
// move
for (const t of [tf.tensor1d([1, 0, 1], 'bool'), tf.tensor1d([1, -5, MIN], 'int32'), tf.tensor1d([1.5, NaN, -0]), tf.greater(tf.tensor1d([1, -1]), 0), tf.transpose(tf.tensor2d([[1, 2], [3, 4]]))]) {
  await tf.setBackend('cpu'); const c = t.dtype === 'bool' ? tf.logicalNot(t) : tf.add(t, tf.ones([], t.dtype as any)); show('cpu', () => c); show('cpu t', () => t);
  await tf.setBackend('onnx'); show('back', () => c); show('back op', () => t.dtype === 'bool' ? tf.logicalNot(c) : tf.sub(c, tf.ones([], t.dtype as any))); show('t', () => t);
}
await tf.setBackend('cpu'); const cb = tf.tensor1d([1, 0], 'bool'), cg = tf.greater(tf.tensor1d([1, -1]), 0); await tf.setBackend('onnx'); show('cb', () => tf.logicalOr(cb, cg)); show('cbcast', () => tf.cast(cb, 'float32'));
await tf.setBackend('cpu'); show('var cpu', () => tf.add(v, 1)); await tf.setBackend('onnx'); show('var onnx', () => v);
show('conv var', () => tf.conv2d(x, v as any, 1, 'same').shape.join());
// strings
show('str', () => tf.tensor1d(['a', 'b'])); show('str reshape', () => tf.reshape(tf.tensor1d(['a', 'b']), [2, 1])); show('strcast', () => tf.add(tf.tensor1d(['a', 'b']) as any, 1));
// leak
const n0 = tf.memory().numTensors, b0 = tf.backend().numDataIds(); tf.tidy(() => { const c = tf.conv2d(x, v as any, 1, 'same'); tf.mirrorPad(c, [[0, 0], [1, 1], [1, 1], [0, 0]], 'reflect').dataSync(); tf.topk(tf.reshape(c, [-1, 2]), 1); tf.unstack(c, 3); }); console.log('leak', tf.memory().numTensors - n0, tf.backend().numDataIds() - b0);
const d = tf.ones([2]); const view = tf.reshape(d, [2, 1]); d.dispose(); show('view after dispose', () => view); show('disposed', () => tf.add(d, 1));
const ds = view.dataSync(); ds[0] = 99; show('data copy', () => view);
const src = new Float32Array([1, 2]); const ts = tf.tensor(src); src[0] = 50; show('src aliasing', () => ts);
await tf.setBackend('cpu'); const src2 = new Float32Array([1, 2]); const ts2 = tf.tensor(src2); src2[0] = 50; show('cpu src aliasing', () => ts2); await tf.setBackend('onnx');
// NaN in large SIMD, scalar broadcast
const big = tf.tensor1d(Array.from({ length: 100 }, (_, i) => (i % 7 === 3 ? NaN : i - 50)));
show('relu nans', () => tf.sum(tf.cast(tf.isNaN(tf.relu(big)), 'int32'))); show('max sc', () => tf.sum(tf.cast(tf.isNaN(tf.maximum(big, 0)), 'int32'))); show('max sc2', () => tf.sum(tf.cast(tf.isNaN(tf.minimum(0, big)), 'int32'))); show('clip', () => tf.sum(tf.cast(tf.isNaN(tf.clipByValue(big, -1, 1)), 'int32'))); show('cmp', () => tf.sum(tf.cast(tf.greater(big, tf.scalar(NaN)), 'int32')));show('leaky', () => tf.sum(tf.cast(tf.isNaN(tf.leakyRelu(big)), 'int32')));show('elu', () => tf.sum(tf.cast(tf.isNaN(tf.elu(big)), 'int32')));show('sm', () => tf.sum(tf.cast(tf.isNaN(tf.softmax(big)), 'int32')));show('sigm', () => tf.sum(tf.cast(tf.isNaN(tf.sigmoid(big)), 'int32')));show('tanh', () => tf.sum(tf.cast(tf.isNaN(tf.tanh(big)), 'int32')));show('softplus', () => tf.sum(tf.cast(tf.isNaN(tf.softplus(big)), 'int32')));show('step', () => tf.sum(tf.cast(tf.isNaN(tf.step(big)), 'int32')));show('conv', () => tf.sum(tf.cast(tf.isNaN(tf.conv2d(tf.reshape(big, [1,10,10,1]), tf.ones([1,1,1,4]) as any, 1, 'same')), 'int32')));show('mm', () => tf.sum(tf.cast(tf.isNaN(tf.matMul(tf.reshape(big,[10,10]), tf.eye(10))), 'int32')));
show('sum nan', () => tf.sum(big)); show('mean nan', () => tf.mean(big)); show('prod', () => tf.prod(big)); show('max', () => tf.max(big));
show('gather neg computed', () => tf.gather(tf.tensor1d([1, 2, 3]), tf.sub(tf.tensor1d([0], 'int32'), 1)));
process.exit(0);

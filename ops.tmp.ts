import * as tf from '@tensorflow/tfjs-core';
import { useEngine, compile, Adam } from './runtime/engine/index.ts';
import { encoderDecoder } from './bench/networks.ts';
const b = Number(process.argv[2] ?? 1);
await useEngine('onnx');
const net = encoderDecoder(); const adam = new Adam({learningRate:1e-4, weightDecay:5e-4});
const x = tf.randomUniform([b,64,64,3]) as tf.Tensor4D, t = tf.randomUniform([b,64,64,1]);
const step = compile((x: tf.Tensor4D) => { const {value, grads} = tf.variableGrads(() => tf.mean(tf.abs(tf.sub(net.apply(x), t))) as tf.Scalar, [...net.variables]); if (!process.env.NOADAM) adam.applyGradients(grads); else return {value, grads}; return value; });
let t0 = performance.now(); tf.dispose(step(x) as any); console.log('first', performance.now()-t0);
const prog = step.compilations()[0]!.executor.program;
for (const s of prog.stages) if (s.kind==='session') { const c: Record<string, [number, number]> = {}; for (const n of s.nodes) { const e=(c[n.op]??=[0,0]); e[0]++; e[1]+=n.outputs[0]!.bytes/1e6; } console.log(Object.entries(c).sort((a,b)=>b[1][1]-a[1][1]).map(([k,[n,m]])=>`${k} ${n} ${m.toFixed(1)}MB`).join('\n')); }
const ts: number[] = []; for (let i=0;i<Number(process.argv[3]??15);i++){ t0=performance.now(); tf.dispose(step(x) as any); ts.push(performance.now()-t0);} ts.sort((a,b)=>a-b); console.log('median', ts[ts.length>>1], 'min', ts[0]);
if (process.env.DUMP) { const big = prog.stages.flatMap(s=>s.kind==='session'?s.nodes:[]).filter(n=>n.outputs[0]!.bytes>5e5 && !['Conv','ConvTranspose','MatMul'].includes(n.op)); for (const n of big) console.log(n.op, n.outputs[0]!.shape.join('x'), n.inputs.map(i=>i?.shape.join('x')).join(' | ')); }
import { profileStep } from './runtime/engine/profile.ts';
const p = profileStep(step, [x]) as any;
console.log(Object.keys(p)); console.log(JSON.stringify(p.operators ?? p.byOperator ?? p.types ?? p, null, 0).slice(0, 3000));
console.log((p.calls as any[]).slice(0,30).map(c=>`${c.operator} ${c.milliseconds.toFixed(1)} ${c.shape.join('x')}`).join('\n'));

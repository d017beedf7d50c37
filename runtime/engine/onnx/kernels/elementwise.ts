import type * as tf from '@tensorflow/tfjs-core';
import { scalar } from '../graph.ts';
import { Sym } from '../sym.ts';
import {
  broadcasting,
  type Call,
  cast,
  defineKernels,
  type KernelFunction,
  pointwise,
  reshape,
} from './define.ts';

/** ONNX has hardly any bool kernels beside the logical ones; TensorFlow.js computes with 0 and 1. */
export const numeric = (x: Sym): Sym => (x.type === 'bool' ? cast(x, 'int32') : x);

/** A scalar of x's type. */
const like = (x: Sym, value: number): Sym => Sym.row(scalar(value, x.type));

const unary =
  (op: string): KernelFunction =>
  (call) =>
    pointwise(op, numeric(call.in('x')));
/** Functions that ONNX knows for floats alone. */
const float =
  (op: string): KernelFunction =>
  (call) =>
    pointwise(op, cast(call.in('x'), 'float32'));
/** Roundings leave integers as they are. */
const rounding =
  (op: string): KernelFunction =>
  (call) =>
    call.in('x').type === 'float32' ? pointwise(op, call.in('x')) : call.in('x');
const comparison =
  (op: string): KernelFunction =>
  (call) =>
    broadcasting(op, [numeric(call.in('a')), numeric(call.in('b'))], { type: 'bool' });
const logical =
  (op: string): KernelFunction =>
  (call) =>
    broadcasting(op, [call.in('a'), call.in('b')], { type: 'bool' });

const one = Sym.row(scalar(1));

export const add = (a: Sym, b: Sym): Sym => broadcasting('Add', [a, b]);
export const sub = (a: Sym, b: Sym): Sym => broadcasting('Sub', [a, b]);
export const mul = (a: Sym, b: Sym): Sym => broadcasting('Mul', [a, b]);
export const div = (a: Sym, b: Sym): Sym => broadcasting('Div', [a, b]);
export function select(condition: Sym, a: Sym, b: Sym): Sym {
  const chosen = broadcasting('Where', [condition, numeric(a), numeric(b)]);
  return a.type === 'bool' ? cast(chosen, 'bool') : chosen;
}
export const equal = (a: Sym, b: Sym): Sym => broadcasting('Equal', [a, b], { type: 'bool' });
const greater = (a: Sym, b: Sym): Sym => broadcasting('Greater', [a, b], { type: 'bool' });
const less = (a: Sym, b: Sym): Sym => broadcasting('Less', [a, b], { type: 'bool' });
const isNotNumber = (x: Sym): Sym => pointwise('Not', equal(x, x));

const arithmetic =
  (op: string): KernelFunction =>
  (call) =>
    broadcasting(op, [numeric(call.in('a')), numeric(call.in('b'))]);

/** NaN wins over numbers, as in TensorFlow.js. */
const extremum =
  (op: string): KernelFunction =>
  (call) =>
    cast(broadcasting(op, [numeric(call.in('a')), numeric(call.in('b'))]), call.in('a').dtype);

/**
 * Quotient rounded down, as integers. Two integer divisions would end the process: by zero, which gives 0 as in TensorFlow.js,
 * and of the lowest integer by -1, so that this divisor negates instead.
 */
function floorDiv({ in: input }: Call): Sym {
  const [a, b] = [numeric(input('a')), numeric(input('b'))];
  if (a.type !== 'int32') {
    const quotient = div(a, b);
    // what has no integer is 0, whatever the processor makes of it
    const finite = equal(sub(quotient, quotient), like(quotient, 0));
    return cast(select(finite, pointwise('Floor', quotient), like(quotient, 0)), 'int32');
  }
  const isZero = equal(b, like(b, 0));
  const negates = equal(b, like(b, -1));
  const divisor = select(broadcasting('Or', [isZero, negates]), like(b, 1), b);
  const quotient = div(a, divisor);
  const rest = sub(a, mul(quotient, divisor));
  const signsDiffer = broadcasting('Xor', [less(rest, like(b, 0)), less(divisor, like(b, 0))]);
  const rounds = broadcasting('And', [pointwise('Not', equal(rest, like(b, 0))), signsDiffer]);
  const negated = select(negates, pointwise('Neg', a), sub(quotient, cast(rounds, 'int32')));
  return select(isZero, like(b, 0), negated);
}

/** Remainder with the sign of the divisor. */
function mod({ in: input }: Call): Sym {
  const [a, b] = [numeric(input('a')), numeric(input('b'))];
  if (a.type === 'int32') {
    // nothing is left of a division by 1: also stands for 0 and -1, where the processor's division may trap
    const leavesNothing = broadcasting('Or', [equal(b, like(b, 0)), equal(b, like(b, -1))]);
    return broadcasting('Mod', [a, select(leavesNothing, like(b, 1), b)]);
  }
  return sub(a, mul(b, pointwise('Floor', div(a, b))));
}

/** Angle of the point (b, a) in all four quadrants, from the angle in one. */
function atan2({ in: input }: Call): Sym {
  const [y, x] = [cast(input('a'), 'float32'), cast(input('b'), 'float32')];
  const zero = like(x, 0);
  const angle = pointwise('Atan', div(y, x));
  const turn = select(less(y, zero), like(x, -Math.PI), like(x, Math.PI));
  const left = add(angle, turn);
  const upright = select(
    greater(y, zero),
    like(x, Math.PI / 2),
    select(less(y, zero), like(x, -Math.PI / 2), mul(y, like(x, 0))),
  );
  return select(equal(x, zero), upright, select(less(x, zero), left, angle));
}

function power({ in: input }: Call): Sym {
  const [base, exponent] = [numeric(input('a')), numeric(input('b'))];
  return broadcasting('Pow', [base, exponent], { type: base.type });
}

function leakyRelu(x: Sym, alpha: number): Sym {
  return pointwise('LeakyRelu', cast(x, 'float32'), { attributes: { alpha: { float: alpha } } });
}

function prelu(x: Sym, alpha: Sym): Sym {
  if (x.type !== 'float32') return prelu(cast(x, 'float32'), cast(alpha, 'float32'));
  return select(less(x, like(x, 0)), mul(x, alpha), x);
}

function clip(x: Sym, low: number, high: number): Sym {
  // Min and Max rather than Clip: these keep NaN
  return broadcasting('Min', [broadcasting('Max', [x, like(x, low)]), like(x, high)]);
}

/** Activations that fused kernels and layers name. */
export function activate(
  x: Sym,
  name: string | undefined,
  options: { alpha?: number | undefined; weights?: Sym | undefined } = {},
): Sym {
  switch (name) {
    case undefined:
    case 'linear':
      return x;
    case 'relu':
      return pointwise('Relu', x);
    case 'relu6':
      return clip(pointwise('Relu', x), 0, 6);
    case 'elu':
      return pointwise('Elu', x);
    case 'sigmoid':
      return pointwise('Sigmoid', x);
    case 'leakyrelu':
      return leakyRelu(x, options.alpha ?? 0.2);
    case 'prelu':
      return prelu(x, options.weights as Sym);
    default:
      throw new Error(`activation ${name} is none of linear, relu, relu6, elu, sigmoid, leakyrelu, prelu`);
  }
}

function step({ in: input, attrs }: Call): Sym {
  const x = numeric(input('x'));
  const stepped = select(greater(x, like(x, 0)), like(x, 1), like(x, attrs.alpha));
  return x.type === 'float32' ? select(isNotNumber(x), x, stepped) : stepped;
}

function selectRows({ in: input }: Call): Sym {
  const [condition, a, b] = [input('condition'), input('t'), input('e')];
  const extra = a.shape.length - condition.shape.length;
  // a condition of rank 1 chooses whole rows
  const whole =
    condition.shape.length === 1 && extra > 0
      ? reshape(condition, [...condition.shape, ...new Array<number>(extra).fill(1)])
      : condition;
  return select(whole, a, b);
}

const scaleOfSelu = 1.0507009873554805;
const alphaOfSelu = 1.6732632423543772;

defineKernels({
  Add: arithmetic('Add'),
  Sub: arithmetic('Sub'),
  Multiply: arithmetic('Mul'),
  RealDiv: ({ in: input }) => {
    const [a, b] = [input('a'), input('b')];
    const quotient = div(cast(a, 'float32'), cast(b, 'float32'));
    return a.type === 'int32' ? cast(quotient, 'int32') : quotient;
  },
  FloorDiv: floorDiv,
  Mod: mod,
  Pow: power,
  Maximum: extremum('Max'),
  Minimum: extremum('Min'),
  Atan2: atan2,
  SquaredDifference: (call) => {
    const difference = sub(numeric(call.in('a')), numeric(call.in('b')));
    return mul(difference, difference);
  },
  AddN: (call) => call.list.map(numeric).reduce(add),
  Equal: comparison('Equal'),
  NotEqual: (call) => pointwise('Not', equal(call.in('a'), call.in('b'))),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalNot: (call) => pointwise('Not', call.in('x')),
  Select: selectRows,
  Cast: (call) => cast(call.in('x'), call.attrs.dtype as tf.DataType),

  Abs: unary('Abs'),
  Acos: float('Acos'),
  Acosh: float('Acosh'),
  Asin: float('Asin'),
  Asinh: float('Asinh'),
  Atan: float('Atan'),
  Atanh: float('Atanh'),
  Ceil: rounding('Ceil'),
  Cos: float('Cos'),
  Cosh: float('Cosh'),
  Erf: float('Erf'),
  Exp: float('Exp'),
  Floor: rounding('Floor'),
  Log: float('Log'),
  Neg: unary('Neg'),
  Reciprocal: float('Reciprocal'),
  Round: rounding('Round'),
  Sigmoid: float('Sigmoid'),
  Sign: ({ in: input }) => {
    const x = numeric(input('x'));
    return sub(cast(greater(x, like(x, 0)), x.dtype), cast(less(x, like(x, 0)), x.dtype));
  },
  Sin: float('Sin'),
  Sinh: float('Sinh'),
  Softplus: float('Softplus'),
  Sqrt: float('Sqrt'),
  Tan: float('Tan'),
  Tanh: float('Tanh'),
  Expm1: ({ in: input }) => sub(pointwise('Exp', cast(input('x'), 'float32')), one),
  Log1p: ({ in: input }) => pointwise('Log', add(cast(input('x'), 'float32'), one)),
  Rsqrt: ({ in: input }) => pointwise('Reciprocal', pointwise('Sqrt', cast(input('x'), 'float32'))),
  Square: ({ in: input }) => mul(numeric(input('x')), numeric(input('x'))),
  Step: step,
  IsNan: ({ in: input }) => isNotNumber(input('x')),
  // infinity - infinity and NaN - NaN are NaN, which equals nothing
  IsFinite: ({ in: input }) => {
    const x = numeric(input('x'));
    return equal(sub(x, x), like(x, 0));
  },
  IsInf: ({ in: input }) => {
    const x = cast(input('x'), 'float32');
    return equal(pointwise('Abs', x), like(x, Number.POSITIVE_INFINITY));
  },
  Relu: unary('Relu'),
  Relu6: ({ in: input }) => clip(numeric(input('x')), 0, 6),
  Elu: float('Elu'),
  EluGrad: ({ in: input }) => {
    const [dy, y] = [input('dy'), input('y')];
    return select(less(y, like(y, 0)), mul(dy, add(y, like(y, 1))), dy);
  },
  Selu: ({ in: input }) =>
    pointwise('Selu', cast(input('x'), 'float32'), {
      attributes: { alpha: { float: alphaOfSelu }, gamma: { float: scaleOfSelu } },
    }),
  LeakyRelu: ({ in: input, attrs }) => leakyRelu(input('x'), attrs.alpha),
  Prelu: ({ in: input }) => prelu(input('x'), input('alpha')),
  ClipByValue: ({ in: input, attrs }) => clip(input('x'), attrs.clipValueMin, attrs.clipValueMax),
});

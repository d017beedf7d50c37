/**
 * One Adam update in place. `inverseRoot` is 1/√(1 - β₂ᵗ) where the second moment is corrected before epsilon is
 * added and 1 where it is not; `stepSize` carries the remaining corrections. `rest1` and `rest2` are 1 - β.
 */
export function adam(
  param: usize,
  grad: usize,
  first: usize,
  second: usize,
  length: u32,
  stepSize: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  weightDecay: f32,
  inverseRoot: f32,
): void {
  const steps = f32x4.splat(stepSize);
  const betas1 = f32x4.splat(beta1);
  const rests1 = f32x4.splat(rest1);
  const betas2 = f32x4.splat(beta2);
  const rests2 = f32x4.splat(rest2);
  const epsilons = f32x4.splat(epsilon);
  const decays = f32x4.splat(weightDecay);
  const roots = f32x4.splat(inverseRoot);
  const body = length & ~3;
  for (let i: u32 = 0; i < body; i += 4) {
    const at = <usize>i << 2;
    const p = v128.load(param + at);
    const g = f32x4.add(v128.load(grad + at), f32x4.mul(p, decays));
    const m = f32x4.add(f32x4.mul(v128.load(first + at), betas1), f32x4.mul(g, rests1));
    const v = f32x4.add(f32x4.mul(v128.load(second + at), betas2), f32x4.mul(f32x4.mul(g, g), rests2));
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), roots), epsilons);
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(param + at, f32x4.sub(p, f32x4.div(f32x4.mul(m, steps), denominator)));
  }
  for (let i = body; i < length; i++) {
    const at = <usize>i << 2;
    const p = load<f32>(param + at);
    const g = load<f32>(grad + at) + p * weightDecay;
    const m = load<f32>(first + at) * beta1 + g * rest1;
    const v = load<f32>(second + at) * beta2 + g * g * rest2;
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    store<f32>(param + at, p - (m * stepSize) / (sqrt<f32>(v) * inverseRoot + epsilon));
  }
}

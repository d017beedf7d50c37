// Each kernel works on `length` floats: four at a time, then the rest one by one.
const EXPONENT: i32 = 0x7f800000;

export function fill(target: usize, length: u32, value: f32): void {
  const values = f32x4.splat(value);
  const body = length & ~3;
  for (let i: u32 = 0; i < body; i += 4) v128.store(target + (<usize>i << 2), values);
  for (let i = body; i < length; i++) store<f32>(target + (<usize>i << 2), value);
}

/** average = decay·average + (1 - decay)·value; `rest` is 1 - decay, formed in double precision. */
export function lerp(average: usize, value: usize, length: u32, decay: f32, rest: f32): void {
  const decays = f32x4.splat(decay);
  const rests = f32x4.splat(rest);
  const body = length & ~3;
  for (let i: u32 = 0; i < body; i += 4) {
    const at = <usize>i << 2;
    const kept = f32x4.mul(v128.load(average + at), decays);
    v128.store(average + at, f32x4.add(kept, f32x4.mul(v128.load(value + at), rests)));
  }
  for (let i = body; i < length; i++) {
    const at = <usize>i << 2;
    store<f32>(average + at, load<f32>(average + at) * decay + load<f32>(value + at) * rest);
  }
}

/** target += scale·source */
export function addScaled(target: usize, source: usize, length: u32, scale: f32): void {
  const scales = f32x4.splat(scale);
  const body = length & ~3;
  for (let i: u32 = 0; i < body; i += 4) {
    const at = <usize>i << 2;
    v128.store(target + at, f32x4.add(v128.load(target + at), f32x4.mul(v128.load(source + at), scales)));
  }
  for (let i = body; i < length; i++) {
    const at = <usize>i << 2;
    store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at) * scale);
  }
}

/** The index of the first infinity or NaN (all exponent bits set), -1 where there is none. */
export function firstNonFinite(source: usize, length: u32): i32 {
  const mask = i32x4.splat(EXPONENT);
  const body = length & ~3;
  let i: u32 = 0;
  for (; i < body; i += 4) {
    const exponents = v128.and(v128.load(source + (<usize>i << 2)), mask);
    if (v128.any_true(i32x4.eq(exponents, mask))) break;
  }
  for (; i < length; i++) {
    if ((load<i32>(source + (<usize>i << 2)) & EXPONENT) == EXPONENT) return i;
  }
  return -1;
}

// Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3): ten rounds
// of two 32×32→64 bit products turn a counter of four words and a key of two into four random words.
const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUNDS = 10;

let word0: u32 = 0;
let word1: u32 = 0;
let word2: u32 = 0;
let word3: u32 = 0;

function permute(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < ROUNDS; round++) {
    const product0 = MULTIPLIER_0 * <u64>c0;
    const product1 = MULTIPLIER_1 * <u64>c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
    c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
    c1 = <u32>product1;
    c3 = <u32>product0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** Writes the four words of one block to `target`. */
export function philox(target: usize, c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  permute(c0, c1, c2, c3, k0, k1);
  store<u32>(target, word0);
  store<u32>(target, word1, 4);
  store<u32>(target, word2, 8);
  store<u32>(target, word3, 12);
}

// The upper 24 bits: every value is exactly representable, and 1 is never reached.
// @ts-ignore: decorator
@inline
function toUnit(word: u32): f32 {
  return <f32>(word >> 8) * <f32>5.9604644775390625e-8;
}

/** Uniform numbers in [0, 1): element i is word (skip + i) mod 4 of block `block` + ⌊(skip + i) / 4⌋. */
export function uniform(target: usize, length: u32, block: u64, skip: u32, s0: u32, s1: u32, k0: u32, k1: u32): void {
  let i: u32 = 0;
  while (i < length) {
    permute(<u32>block, <u32>(block >> 32), s0, s1, k0, k1);
    for (let word = skip; word < 4 && i < length; word++, i++) {
      const bits = word == 0 ? word0 : word == 1 ? word1 : word == 2 ? word2 : word3;
      store<f32>(target + (<usize>i << 2), toUnit(bits));
    }
    skip = 0;
    block++;
  }
}

/** Standard normal numbers (Box–Muller), two from each half of a block, numbered as in `uniform`. */
export function normal(target: usize, length: u32, block: u64, skip: u32, s0: u32, s1: u32, k0: u32, k1: u32): void {
  let i: u32 = 0;
  while (i < length) {
    permute(<u32>block, <u32>(block >> 32), s0, s1, k0, k1);
    for (let word = skip; word < 4 && i < length; word++, i++) {
      // 1 is added so that the logarithm's argument lies in (0, 1].
      const u = (<f64>(word < 2 ? word0 : word2) + 1.0) * 2.3283064365386963e-10;
      const angle = <f64>(word < 2 ? word1 : word3) * 2.3283064365386963e-10 * 2.0 * NativeMath.PI;
      const radius = sqrt<f64>(-2.0 * NativeMath.log(u));
      const direction = word & 1 ? NativeMath.sin(angle) : NativeMath.cos(angle);
      store<f32>(target + (<usize>i << 2), <f32>(radius * direction));
    }
    skip = 0;
    block++;
  }
}

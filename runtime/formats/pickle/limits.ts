/** Limits that no checkpoint comes near: 100,000 tensors take about 4 million instructions. */
export const PICKLE_LIMITS = {
  instructions: 8_000_000,
  /** Of one text or byte string. */
  textBytes: 1 << 24,
  /** Of the name of a class or function. */
  nameBytes: 512,
  /** Of one integer. */
  integerBytes: 256,
} as const;

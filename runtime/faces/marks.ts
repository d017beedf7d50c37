import type { Face } from './face.ts';

/** Height of the line between the lips at x. */
export function mouthLine({ identity, expression }: Face, x: number): number {
  const across = x / identity.mouthWidth;
  const curve = Math.min(across * across, 1.6);
  // a slight wave: the line dips below the middle of the upper lip
  const wave = 0.008 * Math.cos(Math.min(Math.abs(across), 1) * Math.PI);
  return identity.mouthHeight + expression.mouthTilt * x - expression.smile * 0.075 * (curve - 0.25) + wave;
}

import type { GoldenCase } from '../fixture.ts';

// Cases whose code is not part of the project yet, by what their reference says.
const PENDING: readonly [reference: RegExp, reason: string][] = [
  [/model\.py.*\bGAN2Shape\b/, 'needs whole steps'],
];

/** Why a case cannot run yet; undefined for cases that should. */
export function pendingReason(golden: GoldenCase): string | undefined {
  return PENDING.find(([reference]) => reference.test(golden.reference))?.[1];
}

import type { GoldenCase } from './fixture.ts';
import { numberOf, recordOf } from './network.ts';

/** What a case of whole steps says about the method. */
export interface MethodCase {
  readonly golden: GoldenCase;
  readonly cfgs: { readonly [name: string]: unknown };
  readonly iterations: { readonly [step: string]: unknown };
  readonly useMask: boolean;
  readonly perceptual: boolean;
  readonly flip1: boolean;
  readonly flip3: boolean;
  readonly hasTruth: boolean;
}

export function methodCase(golden: GoldenCase): MethodCase {
  const cfgs = recordOf(golden.args, 'cfgs');
  return {
    golden,
    cfgs,
    iterations: recordOf(golden.args, 'iterations'),
    useMask: cfgs.use_mask === true,
    perceptual: numberOf(cfgs, 'lam_perc') !== 0,
    flip1: golden.args.flip1 === true,
    flip3: golden.args.flip3 === true,
    hasTruth: golden.has('depth_gt'),
  };
}

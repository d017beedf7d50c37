import { type Exclusions, findExclusion } from './exclusions.ts';
import type { JasmineResult } from './jasmine.ts';
import type { Observation } from './observe.ts';
import type { SpecResult } from './results.ts';

/** Why a spec must not even run, if so: its file tests no operation, or running it would crash. */
export function reasonToSkip(
  name: string,
  exclusions: Exclusions,
): Pick<SpecResult, 'status' | 'reason'> | undefined {
  const file = findExclusion(exclusions.files, name.slice(0, name.indexOf(': ')));
  if (file) return { status: 'not applicable', reason: file.reason };
  const spec = findExclusion(exclusions.specs, name);
  return spec?.skip ? { status: 'excluded', reason: spec.reason } : undefined;
}

/** Judges a spec that ran. */
export function judge(
  name: string,
  result: JasmineResult,
  seen: Observation,
  exclusions: Exclusions,
): SpecResult {
  return {
    name,
    ...outcome(name, result, seen, exclusions),
    kernels: [...seen.kernels].sort(),
    missing: [...seen.missing].sort(),
    dtypes: [...seen.dtypes].sort(),
    gradient: seen.gradient,
    syncRead: seen.syncRead,
    milliseconds: Math.round(result.duration ?? 0),
  };
}

function outcome(
  name: string,
  result: JasmineResult,
  seen: Observation,
  exclusions: Exclusions,
): Pick<SpecResult, 'status' | 'reason'> {
  if (result.status === 'pending') return { status: 'not applicable', reason: 'disabled upstream' };
  // Even a spec that passes: an expected error may have been the missing kernel's.
  if (seen.missing.size > 0) {
    return { status: 'not applicable', reason: `needs kernel ${[...seen.missing].sort().join(', ')}` };
  }
  if (result.status !== 'failed') return { status: 'passed' };
  for (const dtype of seen.dtypes) {
    const reason = exclusions.dtypes.get(dtype);
    if (reason !== undefined) return { status: 'not applicable', reason };
  }
  const exclusion = findExclusion(exclusions.specs, name);
  if (exclusion) return { status: 'excluded', reason: exclusion.reason };
  const messages = result.failedExpectations.map(({ message }) => message.split('\n')[0] ?? '');
  return { status: 'failed', reason: messages.join(' | ').slice(0, 300) };
}

/** How a spec ended. `excluded`: it fails, and the exclusions file says why. */
export type SpecStatus = 'passed' | 'failed' | 'excluded' | 'not applicable';

/** One spec of the official tests. */
export interface SpecResult {
  /** `file: full name`, as exclusions name it. */
  readonly name: string;
  readonly status: SpecStatus;
  /** Why it failed, is excluded or does not apply. */
  readonly reason?: string;
  /** Kernels of the backend that it ran. */
  readonly kernels: readonly string[];
  /** Kernels that it asked for and that the backend does not register. */
  readonly missing: readonly string[];
  /** Data types of the tensors it makes from values. */
  readonly dtypes: readonly string[];
  /** Whether it takes a gradient. */
  readonly gradient: boolean;
  /** Whether it reads data synchronously. */
  readonly syncRead: boolean;
  readonly milliseconds: number;
}

/** A whole run. */
export interface TestResults {
  readonly backend: string;
  readonly specs: readonly SpecResult[];
  /** Failures outside of specs, for example when a suite could not set its backend. */
  readonly suiteErrors: readonly string[];
  /** Exclusions whose specs pass, or that no spec has (the latter only where all specs ran). */
  readonly stale: readonly string[];
  readonly seconds: number;
}

/** Counts of one kernel, or of everything. `failed` includes the excluded ones. */
export interface Counts {
  passed: number;
  failed: number;
  notApplicable: number;
  /** Passed specs that take a gradient. */
  gradientsPassed: number;
  gradients: number;
}

/** Specs that run no kernel, such as checks of arguments. */
export const NO_KERNEL = '(no kernel)';

/** Counts all specs. */
export function totals(specs: readonly SpecResult[]): Counts {
  const counts = zero();
  for (const spec of specs) add(counts, spec);
  return counts;
}

/** The specs of covered kernels: they apply, and they run a kernel or fail before they could. */
export function coveredSpecs(specs: readonly SpecResult[]): SpecResult[] {
  return specs.filter(
    ({ kernels, status }) => status !== 'not applicable' && (kernels.length > 0 || status !== 'passed'),
  );
}

/** Kernels that the backend does not register, with the number of specs that ask for them, most wanted first. */
export function missingKernels(specs: readonly SpecResult[]): [kernel: string, specs: number][] {
  const counts = new Map<string, number>();
  for (const name of specs.flatMap(({ missing }) => missing)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Counts the specs of each kernel; a spec counts once for every kernel it runs or misses. Sorted by name. */
export function countsByKernel(specs: readonly SpecResult[]): Map<string, Counts> {
  const table = new Map<string, Counts>();
  for (const spec of specs) {
    const names = [...spec.kernels, ...spec.missing];
    for (const name of names.length > 0 ? names : [NO_KERNEL]) {
      const counts = table.get(name) ?? zero();
      table.set(name, counts);
      add(counts, spec);
    }
  }
  return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function add(counts: Counts, spec: SpecResult): void {
  if (spec.status === 'not applicable') {
    counts.notApplicable++;
    return;
  }
  const passed = spec.status === 'passed' ? 1 : 0;
  counts.passed += passed;
  counts.failed += 1 - passed;
  if (spec.gradient) {
    counts.gradients++;
    counts.gradientsPassed += passed;
  }
}

function zero(): Counts {
  return { passed: 0, failed: 0, notApplicable: 0, gradientsPassed: 0, gradients: 0 };
}

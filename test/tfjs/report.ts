import {
  type Counts,
  countsByKernel,
  coveredSpecs,
  missingKernels,
  type TestResults,
  totals,
} from './results.ts';

/** Share of the covered kernels' specs that must pass. */
export const REQUIRED_SHARE = 0.95;

/** The outcome for the exit status. */
export interface Verdict {
  readonly ok: boolean;
  /** The report to print. */
  readonly text: string;
}

/** Reports a run: table per kernel, failures, totals. `strict` makes stale exclusions a failure. */
export function report(results: TestResults, { strict }: { readonly strict: boolean }): Verdict {
  const { specs, stale, suiteErrors } = results;
  const failures = specs.filter(({ status }) => status === 'failed');
  const covered = coveredSpecs(specs);
  const good = covered.filter(({ status }) => status === 'passed').length;
  const share = covered.length === 0 ? 1 : good / covered.length;
  const all = totals(specs);
  const excluded = specs.filter(({ status }) => status === 'excluded').length;
  const missing = missingKernels(specs).map(([name, count]) => `${name} (${count})`);
  const lines = [
    kernelTable(countsByKernel(specs)),
    ...section('Kernels that the backend does not register, with the specs that need them', missing),
    ...section(
      'Failures that no exclusion names',
      failures.map(({ name, reason }) => `${name}\n    ${reason}`),
    ),
    ...section('Failures outside of specs', suiteErrors),
    ...section('Stale exclusions', stale),
    '',
    `${covered.length} specs of covered kernels: ${good} pass, ${percent(share)} (at least ${percent(REQUIRED_SHARE)})`,
    `${excluded} of the failed specs are listed as exclusions; ${results.seconds.toFixed(0)} s on backend ${results.backend}`,
    `${all.passed} passed, ${all.failed} failed, ${all.notApplicable} not applicable`,
  ];
  const ok =
    specs.length > 0 &&
    failures.length === 0 &&
    suiteErrors.length === 0 &&
    share >= REQUIRED_SHARE &&
    !(strict && stale.length > 0);
  if (specs.length === 0) lines.push('No spec has that name');
  return { ok, text: lines.join('\n') };
}

function kernelTable(counts: ReadonlyMap<string, Counts>): string {
  const width = Math.max(6, ...[...counts.keys()].map((name) => name.length));
  const row = (name: string, cells: readonly (string | number)[]) =>
    `${name.padEnd(width)} ${cells.map((cell) => String(cell).padStart(14)).join(' ')}`;
  const rows = [...counts].map(([name, c]) =>
    row(name, [c.passed, c.failed, c.notApplicable, `${c.gradientsPassed} of ${c.gradients}`]),
  );
  return [row('kernel', ['passed', 'failed', 'not applicable', 'gradients']), ...rows].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}: ${lines.length}`, ...lines.map((line) => `  ${line}`)];
}

/** Rounded down, so that what is below a threshold never reads as if it met it. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

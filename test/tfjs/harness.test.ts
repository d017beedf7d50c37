import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { coverageTable } from './coverage.ts';
import { findExclusion, matches, parseExclusions } from './exclusions.ts';
import type { JasmineResult } from './jasmine.ts';
import type { Observation } from './observe.ts';
import { report } from './report.ts';
import { countsByKernel, coveredSpecs, NO_KERNEL, type SpecResult, type TestResults } from './results.ts';
import { judge, reasonToSkip } from './verdict.ts';

const folder = mkdtempSync(join(tmpdir(), 'tfjs-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = ['--import', 'tsx', join(root, 'test/tfjs/main.ts')];

const exclusions = parseExclusions(
  {
    files: { 'io/*': 'saves files' },
    backends: {
      onnx: {
        dtypes: { string: 'no strings' },
        specs: { 'ops/qr: qr *': 'no QR', 'ops/crash: it crashes': { reason: 'crashes', skip: true } },
      },
    },
  },
  'onnx',
);

function spec(name: string, status: SpecResult['status'], more: Partial<SpecResult> = {}): SpecResult {
  return {
    name,
    status,
    kernels: ['Abs'],
    missing: [],
    dtypes: ['float32'],
    gradient: false,
    syncRead: false,
    milliseconds: 1,
    ...more,
  };
}

function results(specs: readonly SpecResult[], more: Partial<TestResults> = {}): TestResults {
  return { backend: 'onnx', specs, suiteErrors: [], stale: [], seconds: 1, ...more };
}

function judged(name: string, status: JasmineResult['status'], seen: Partial<Observation> = {}): SpecResult {
  const result: JasmineResult = {
    id: 'spec0',
    fullName: name,
    status,
    duration: 3,
    failedExpectations: status === 'failed' ? [{ message: 'Expected 1 to be 2.\n  more' }] : [],
  };
  const nothing: Observation = {
    kernels: new Set(['Abs']),
    missing: new Set(),
    dtypes: new Set(['float32']),
    gradient: false,
    syncRead: false,
  };
  return judge(name, result, { ...nothing, ...seen }, exclusions);
}

describe('exclusions', () => {
  it('match whole names, with * for any text', () => {
    expect(matches('ops/abs: abs basic', 'ops/abs: abs basic')).toBe(true);
    expect(matches('ops/abs: abs', 'ops/abs: abs basic')).toBe(false);
    expect(matches('ops/*: * basic', 'ops/abs: abs basic')).toBe(true);
    expect(matches('a*bc*c', 'abc')).toBe(false);
    expect(matches('a*a', 'a')).toBe(false);
    expect(matches('*', '')).toBe(true);
  });

  it('belong to a backend and need a reason', () => {
    expect(findExclusion(exclusions.specs, 'ops/qr: qr 3x3')?.reason).toBe('no QR');
    expect(parseExclusions({ files: {}, backends: {} }, 'cpu').specs).toEqual([]);
    const content = { files: {}, backends: { cpu: { specs: { 'ops/abs: *': ' ' } } } };
    expect(() => parseExclusions(content, 'cpu')).toThrow("'ops/abs: *' has no reason");
  });
});

describe('verdicts', () => {
  it('take an unlisted failure as failed, with the first line of its message', () => {
    expect(judged('ops/abs: abs', 'failed')).toMatchObject({
      status: 'failed',
      reason: 'Expected 1 to be 2.',
    });
    expect(judged('ops/qr: qr 3x3', 'failed')).toMatchObject({ status: 'excluded', reason: 'no QR' });
    expect(judged('ops/qr: qr 3x3', 'passed').status).toBe('passed');
  });

  it('do not trust a spec that met a missing kernel', () => {
    const seen = judged('ops/abs: throws', 'passed', { missing: new Set(['Fft']) });
    expect(seen).toMatchObject({ status: 'not applicable', reason: 'needs kernel Fft' });
  });

  it('forgive failures with a data type that the backend lacks, not passes', () => {
    const dtypes = new Set(['string']);
    expect(judged('ops/abs: a', 'failed', { dtypes }).status).toBe('not applicable');
    expect(judged('ops/abs: a', 'passed', { dtypes }).status).toBe('passed');
  });

  it('skip files without operations and specs that crash', () => {
    expect(reasonToSkip('io/http: get', exclusions)?.status).toBe('not applicable');
    expect(reasonToSkip('ops/crash: it crashes', exclusions)?.status).toBe('excluded');
    expect(reasonToSkip('ops/qr: qr 3x3', exclusions)).toBeUndefined();
  });
});

describe('report', () => {
  const passes = Array.from({ length: 95 }, (_, i) => spec(`ops/abs: ${i}`, 'passed'));
  const excluded = Array.from({ length: 5 }, (_, i) => spec(`ops/qr: qr ${i}`, 'excluded'));

  it('counts excluded specs as failed against the threshold', () => {
    const fits = report(results([...passes, ...excluded]), { strict: true });
    expect(fits.ok).toBe(true);
    expect(fits.text).toContain('100 specs of covered kernels: 95 pass, 95.0 %');
    expect(fits.text).toContain('95 passed, 5 failed, 0 not applicable');
    const below = report(results([...passes.slice(1), ...excluded]), { strict: true });
    expect(below.ok).toBe(false);
    expect(below.text).toContain('94.9 %');
  });

  it('fails on unlisted failures, suite errors, stale exclusions if strict, and on no specs', () => {
    const failure = spec('ops/abs: x', 'failed', { reason: 'wrong' });
    const failed = report(results([...passes, failure]), { strict: false });
    expect(failed.ok).toBe(false);
    expect(failed.text).toContain('ops/abs: x\n    wrong');
    expect(report(results(passes, { suiteErrors: ['no backend'] }), { strict: false }).ok).toBe(false);
    expect(report(results(passes, { stale: ['x: passes'] }), { strict: false }).ok).toBe(true);
    expect(report(results(passes, { stale: ['x: passes'] }), { strict: true }).ok).toBe(false);
    expect(report(results([]), { strict: false }).ok).toBe(false);
  });

  it('counts a spec for each of its kernels and none for the share where it runs none', () => {
    const specs = [
      spec('a', 'passed', { kernels: ['Abs', 'Sum'], gradient: true }),
      spec('b', 'not applicable', { kernels: ['Abs'], missing: ['Fft'] }),
      spec('c', 'passed', { kernels: [] }),
      spec('d', 'failed', { kernels: [] }),
    ];
    const counts = countsByKernel(specs);
    expect(counts.get('Abs')).toMatchObject({ passed: 1, failed: 0, notApplicable: 1, gradientsPassed: 1 });
    expect(counts.get('Fft')).toMatchObject({ notApplicable: 1 });
    expect(counts.get(NO_KERNEL)).toMatchObject({ passed: 1, failed: 1 });
    expect(coveredSpecs(specs).map(({ name }) => name)).toEqual(['a', 'd']);
  });

  it('writes a row per kernel', () => {
    const row = {
      kernel: 'Sign',
      forward: 'onnx',
      gradient: 'zero',
      cpu: 'ONNX Runtime',
      webgpu: 'on the CPU',
      passed: 3,
      applicable: 4,
    };
    expect(coverageTable([row]).split('\n')[2]).toBe(
      '| Sign | onnx | zero | ONNX Runtime | on the CPU | 3 of 4 |',
    );
  });
});

describe('command', () => {
  it('runs the official tests of an operation and attributes them to kernels', () => {
    const json = join(folder, 'out.json');
    const table = join(folder, 'KERNELS.md');
    const options = [
      '--backend',
      'cpu',
      '--filter',
      'ops/leaky_relu',
      '--json',
      json,
      '--write-table',
      table,
    ];
    const text = execFileSync(process.execPath, [...command, ...options], { cwd: root, encoding: 'utf8' });
    const { specs } = JSON.parse(readFileSync(json, 'utf8')) as TestResults;
    expect(specs.length).toBe(10);
    expect(specs.every(({ status }) => status === 'passed')).toBe(true);
    const gradient = specs.find(({ gradient }) => gradient);
    expect(gradient?.kernels).toContain('LeakyRelu');
    expect(text).toMatch(/LeakyRelu +8 +0 +0/);
    expect(text.trimEnd().split('\n').at(-1)).toBe('10 passed, 0 failed, 0 not applicable');
    expect(readFileSync(table, 'utf8')).toMatch(/\| LeakyRelu \| host \| .* \| 8 of 8 \|/);
  });

  it('refuses options and engines it does not know', () => {
    const run = (...options: string[]) =>
      spawnSync(process.execPath, [...command, ...options], { cwd: root, encoding: 'utf8' });
    expect(run('--bakend', 'cpu')).toMatchObject({ status: 2, stderr: expect.stringContaining('--bakend') });
    expect(run('--backend', 'nothing').status).toBe(2);
  });
});

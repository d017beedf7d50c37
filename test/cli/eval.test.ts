import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviation, mean } from '../../cli/eval/statistics.ts';
import { measured, SIDES, workplace } from './eval/support.ts';
import { parseXml } from './eval/xml.ts';

const { at, graph, evaluation, evaluate, prepare } = workplace();
const plain = graph('plain', measured());

describe('an evaluation', () => {
  it('runs the graph, prints the table, and the same command reads what is done', {
    timeout: 180_000,
  }, async () => {
    const first = await evaluate(plain, 'fresh', '--items', '2');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('mean ± over items  1.172 ± 0.552  10.50 ± 0.71');
    expect(evaluation('fresh')).toMatchObject({
      formatVersion: 1,
      graph: { name: 'plain', title: 'Measured', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      seeds: [0],
      items: ['face-0', 'face-1'],
      metrics: [
        { name: 'SIDE', better: 'lower' },
        { name: 'MAD', unit: '°', better: 'lower' },
      ],
      runs: [
        {
          seed: 0,
          folder: 'seed-0',
          engine: { name: 'cpu' },
          values: { 'face-0': { SIDE: SIDES[0], MAD: 10 }, 'face-1': { SIDE: SIDES[1], MAD: 11 } },
          failed: [],
        },
      ],
    });
    const before = evaluation('fresh');
    const again = await evaluate(plain, 'fresh', '--items', '2');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('has been done, in ') });
    expect(again.stdout).not.toContain('stage');
    expect(evaluation('fresh')).toEqual(before);
  });

  it('over several seeds agrees with what was reported, counted by hand', async () => {
    const noisy = graph('noisy', measured({ spread: 0.001 }));
    const seeds = [0, 1, 5];
    await prepare(noisy, 'seeds', seeds);
    const { code, stdout } = await evaluate(noisy, 'seeds', '--seeds', '0,1,5', '--json');
    expect(code).toBe(0);
    const values = seeds.map((seed) => {
      const reported = JSON.parse(readFileSync(join(at('seeds'), `seed-${seed}`, 'metrics.json'), 'utf8'));
      return SIDES.map((_, i) => reported[`face-${i}`].report.SIDE as number);
    });
    expect(new Set(values.flat()).size).toBe(9);
    const ofItems = SIDES.map((_, i) => mean(values.map((row) => row[i] as number)) as number);
    const ofSeeds = values.map((row) => mean(row) as number);
    const printed = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(printed).toMatchObject({ kind: 'evaluation', missing: [], gates: [] });
    expect(printed.summary.SIDE).toEqual({
      items: 3,
      mean: expect.closeTo(mean(ofItems) as number, 12),
      overItems: expect.closeTo(deviation(ofItems) as number, 12),
      overSeeds: expect.closeTo(deviation(ofSeeds) as number, 12),
    });
    expect(printed.summary.MAD).toEqual({ items: 3, mean: 11, overItems: 1, overSeeds: 0 });
  });

  it('lists items without a result, with exit code 1 whatever the gates', async () => {
    const failing = graph('failing', measured({ fail: 1, broken: 2 }));
    await prepare(failing, 'failing');
    const { code, stdout } = await evaluate(
      failing,
      'failing',
      '--max-side',
      '50',
      '--junit',
      at('failing.xml'),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ face-1, seed 0: .*this item was told to fail.*\[source-failed\]/);
    expect(stdout).toContain('✗ face-2, seed 0: SIDE is not a number');
    expect(stdout).toContain('cannot hold without the results of 2 items');
    expect(stdout).toContain('SIDE ×10² ↓: over 1 of 3 items.');
    expect(evaluation('failing').runs[0]?.values['face-2']).toEqual({ SIDE: null, MAD: 12 });
    expect(parseXml(readFileSync(at('failing.xml'), 'utf8')).attributes).toMatchObject({
      errors: '2',
      failures: '1',
    });
  });

  it('of which every item fails is an evaluation still', async () => {
    const hopeless = graph('hopeless', measured({ sides: [1], fail: 0 }));
    await prepare(hopeless, 'hopeless');
    const { code, stdout } = await evaluate(hopeless, 'hopeless', '--max-mad', '5');
    expect({ code, failed: stdout.includes('✗ face-0, seed 0') }).toEqual({ code: 1, failed: true });
  });
});

describe('gates', () => {
  it('that are missed give exit code 3 and are told at once, in every form', async () => {
    await prepare(plain, 'gates');
    const held = await evaluate(plain, 'gates', '--max-side', '1.5625', '--max-mad', '11');
    expect(held.code).toBe(0);
    const files = ['--markdown', at('deep/gates.md'), '--junit', at('gates.xml')];
    const { code, stdout } = await evaluate(
      plain,
      'gates',
      '--max-side',
      '1.25',
      '--max-mad',
      '10',
      ...files,
    );
    expect(code).toBe(3);
    for (const line of [
      'SIDE ×10² at most 1.250: is 1.563; missed by 0.312, 25 %',
      'MAD ° at most 10.00: is 11.00; missed by 1.00, 10 %',
    ]) {
      expect(stdout).toContain(`✗ ${line}`);
      expect(readFileSync(at('deep/gates.md'), 'utf8')).toContain(`- ✗ ${line}`);
      expect(readFileSync(at('gates.xml'), 'utf8')).toContain(`<failure type="gate" message="${line}">`);
    }
  });

  it('compare with a baseline', async () => {
    await prepare(plain, 'before');
    expect((await evaluate(plain, 'before')).code).toBe(0);
    const baseline = ['--baseline', join(at('before'), 'evaluation.json')];
    const worse = graph('worse', measured({ sides: SIDES.map((side) => side * 1.04) }));
    await prepare(worse, 'worse');
    expect((await evaluate(worse, 'worse', ...baseline)).code).toBe(0);
    const { code, stdout } = await evaluate(worse, 'worse', ...baseline, '--tolerance', '0.03');
    expect(code).toBe(3);
    expect(stdout).toContain(
      '✗ SIDE ×10² at most 1.609 (the baseline has 1.563, tolerance 3 %): is 1.625; missed by 0.016, 0.97 %',
    );
    expect(stdout).toContain('✓ MAD ° at most 11.33');
    await prepare(plain, 'fewer', [0], ['face-1']);
    const fewer = await evaluate(plain, 'fewer', ...baseline, '--items', 'face-1');
    expect(fewer).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('not compared: face-0, face-2.'),
    });
  });
});

describe('bad input ends with exit code 2 before any run', () => {
  const refused = async (file: string, ...more: string[]) => {
    const { code, stderr, stdout } = await evaluate(file, 'refused', ...more);
    expect({ code, stdout, made: existsSync(at('refused')) }).toEqual({ code: 2, stdout: '', made: false });
    return stderr;
  };

  it('in options and graphs', async () => {
    expect(await refused(plain, '--items', '4')).toContain(
      'The number of items is 4, expected a whole number from 1 to 3, all of the graph [unknown-item]',
    );
    expect(await refused(plain, '--items', '004')).toContain('There is no item "004"');
    expect(await refused(plain, '--items', 'face-9')).toContain('There is no item "face-9"');
    expect(await refused(plain, '--seeds', '1,1')).toContain('The seeds are 1, 1');
    expect(await refused(plain, '--seeds', '-1')).toContain('The seeds are -1');
    expect(await refused(plain, '--seeds', 'x', '--jobs', '2', '--max-side', 'low')).toBe(
      '--seeds x: It is no number.\n--max-side low: It is no number. [bad-option]\n  Correct the option.\n',
    );
    expect(await refused(plain, '--seeds', '2,2', '--jobs', '0', '--threads', '1.5')).toBe(
      'The number of threads is 1.5; expected a whole number from 1 to 256\n' +
        'The seeds are 2, 2; expected different whole numbers from 0 below 2^53, such as 0,1,2\n' +
        'The number of runs at once is 0; expected a whole number from 1 to 64 [bad-option]\n  Correct the option.\n',
    );
    expect(await refused(plain, '--markdown', at('.'))).toContain('it is a folder');
    expect(await refused(graph('twins', measured({ first: 'face-1' })))).toContain(
      'two items named "face-1"',
    );
    const silent = { ...measured(), schedule: [{ pull: 'wait', times: '$steps' }] };
    expect(await refused(graph('silent', silent))).toContain('reports no metric');
    expect(await refused(plain, '--set', 'nodes.report.type=sink/nothing')).toContain('sink/nothing');
  });

  it('in gates', async () => {
    const unnamed = graph('unnamed', measured({}, { names: ['error'] }));
    expect(await refused(unnamed, '--max-side', '1')).toMatch(
      /--max-side: .* does not report SIDE.*\n +It reports error\./,
    );
    expect(await refused(plain, '--baseline', at('none.json'))).toMatch(/Cannot read .*none\.json: ENOENT/);
    expect(await refused(plain, '--baseline', plain)).toMatch(
      /plain\.json is no evaluation: .*\n +Give the evaluation\.json/,
    );
    writeFileSync(at('torn.json'), '{"formatVersion": 1, ');
    expect(await refused(plain, '--baseline', at('torn.json'))).toContain('Cannot read');
    await prepare(unnamed, 'unnamed');
    expect((await evaluate(unnamed, 'unnamed')).code).toBe(0);
    const other = join(at('unnamed'), 'evaluation.json');
    expect(await refused(plain, '--baseline', other)).toMatch(
      /baseline has error, which .*plain\.json does not report/,
    );
  });

  it('in a folder that has something else', async () => {
    const mixed = async (...more: string[]) => {
      const { code, stderr } = await evaluate(plain, 'mixed', ...more);
      return `${code} ${stderr}`;
    };
    await prepare(plain, 'mixed', [0], ['0..1']);
    expect(await mixed()).toMatch(/^2 .*seed-0 was begun with the items 0\.\.1, not all/);
    expect(await mixed('--items', '2')).toBe('0 ');
    expect(await mixed('--items', '2', '--set', 'settings.steps=3')).toMatch(
      /^2 .*was begun with another graph: \/settings\/steps was 2 and is 3/,
    );
    mkdirSync(join(at('mixed'), 'seed-7/mine'), { recursive: true });
    expect(await mixed('--items', '2', '--seeds', '7')).toMatch(/^2 .*seed-7 is not the folder of a run/);
    const { code, stderr } = await evaluate(plain, 'mixed/seed-0');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is the folder of a run'),
    });
  });
});

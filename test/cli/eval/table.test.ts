import { describe, expect, it } from 'vitest';
import { comparisonTable, formatTable, itemsTable } from '../../../cli/eval/table.ts';
import { evaluationOf } from './sample.ts';

const one = evaluationOf([{ 'face|1': [0.00756, 16.214], 'face-2': [0.00956, 18.214] }]);
const three = evaluationOf([
  { a: [0.01, 10], b: [0.03, 20] },
  { a: [0.02, 10], b: [0.06, 20] },
  { a: [0.03, 10], b: [0.09, 20] },
]);

describe('the table of items', () => {
  it('gives SIDE times 100 and says which deviation it has', () => {
    expect(formatTable(itemsTable(one)).split('\n')).toEqual([
      'item                 SIDE ×10² ↓       MAD ° ↓',
      '──────────────────────────────────────────────',
      'face|1                     0.756         16.21',
      'face-2                     0.956         18.21',
      '──────────────────────────────────────────────',
      'mean ± over items  0.856 ± 0.141  17.21 ± 1.41',
      'Mean over items ± standard deviation (n − 1) over items.',
    ]);
  });

  it('has the deviations over seeds', () => {
    const { rows, foot, notes } = itemsTable(three);
    expect(rows[0]).toEqual(['a', '2.000 ± 1.000', '10.00 ± 0.00']);
    expect(foot).toEqual([
      ['mean ± over items', '4.000 ± 2.828', '15.00 ± 7.07'],
      ['deviation over seeds', '± 2.000', '± 0.00'],
    ]);
    expect(notes.join(' ')).toContain('over the seeds 0, 1, 2');
  });

  it('says what it lacks', () => {
    const { rows, notes } = itemsTable(evaluationOf([{ a: [0.01, null], b: 'failed' }]));
    expect(rows).toEqual([
      ['a', '1.000', '–'],
      ['b', 'failed', 'failed'],
    ]);
    expect(notes).toContain('SIDE ×10² ↓: over 1 of 2 items.');
    expect(notes).toContain('MAD ° ↓: over 0 of 2 items.');
  });

  it('has more rows than a call takes arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => [`${i}`]);
    const lines = formatTable({ head: ['item'], rows, foot: [], notes: [] }).split('\n');
    expect([lines[1], lines.at(-1)]).toEqual(['──────', '199999']);
  });

  it('is Markdown that item names cannot break', () => {
    const lines = formatTable(itemsTable(one), 'markdown').split('\n');
    expect(lines[0]).toBe('| item | SIDE ×10² ↓ | MAD ° ↓ |');
    expect(lines[1]).toBe('| --- | ---: | ---: |');
    expect(lines[2]).toBe('| face\\|1 | 0.756 | 16.21 |');
    expect(lines[4]).toBe('| **mean ± over items** | **0.856 ± 0.141** | **17.21 ± 1.41** |');
  });
});

it('the table of several evaluations has a row each', () => {
  const table = comparisonTable([
    { title: 'constant depth', evaluation: one },
    { title: 'GAN2Shape', evaluation: three },
  ]);
  expect(table.head).toEqual(['', 'SIDE ×10² ↓', 'MAD ° ↓']);
  expect(table.rows).toEqual([
    ['constant depth', '0.856 ± 0.141', '17.21 ± 1.41'],
    ['GAN2Shape', '4.000 ± 2.828 / 2.000', '15.00 ± 7.07 / 0.00'],
  ]);
  expect(table.notes[0]).toContain('/ standard deviation (n − 1) over seeds');
  expect(comparisonTable([{ title: 'x', evaluation: one }], ['MAD', 'other']).rows).toEqual([
    ['x', '17.21 ± 1.41', '–'],
  ]);
});

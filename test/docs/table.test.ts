import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ComparedRow, readRows } from '../../cli/eval/comparison.ts';
import { comparisonTable } from '../../cli/eval/table.ts';

const METRICS = ['SIDE', 'alignedSIDE', 'MAD', 'correlation'];
const found: ComparedRow[] = JSON.parse(readFileSync('models/faces/table.json', 'utf8'));
const rows = readRows('graphs/table/rows.json');
const evaluations = new Map(found.map(({ title, evaluation }) => [title, evaluation]));

/** The cells of the README's table. */
const shown = readFileSync('README.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| .*±/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
/** A title of the README may say more: how many faces, or what became of a training. */
const titleOf = ([cell = '']: readonly string[]) => cell.replace(/( \(\d+ faces\)|, stopped early)$/, '');

describe('the table of the README', () => {
  it('has the rows of graphs/table, all of them evaluated, none of something else', () => {
    expect(shown.map(titleOf)).toEqual(rows.map(({ title }) => title));
    expect(found.map(({ title }) => title)).toEqual(rows.map(({ title }) => title));
    for (const { title, items, seeds = [0] } of rows) {
      const evaluation = evaluations.get(title);
      expect(evaluation?.items, title).toHaveLength(items ?? 0);
      expect(evaluation?.seeds, title).toEqual(seeds);
    }
  });

  it('has the numbers that were found', () => {
    const lines = found.flatMap(({ title, evaluation }) => (evaluation ? [{ title, evaluation }] : []));
    const cells = comparisonTable(lines, METRICS).rows.map(([, ...values]) => values);
    expect(shown.map(([, ...values]) => values)).toEqual(cells);
  });

  it('tells where there are fewer faces than ten', () => {
    for (const [title = ''] of shown) {
      const count = evaluations.get(titleOf([title]))?.items.length;
      expect(/\((\d+) faces\)/.exec(title)?.[1] ?? '10', title).toBe(String(count));
    }
  });

  it('is right where it says on how many faces GAN2Shape beats the average depth', () => {
    const words = ['none', 'one', 'two', 'three', 'four', 'five', 'six', '7', '8', '9', '10'];
    const [ours, average] = ['GAN2Shape', 'Average depth'].map((title) => evaluations.get(title));
    const wins = ['SIDE', 'alignedSIDE', 'MAD'].map((metric) => {
      const of = (evaluation: typeof ours, item: string) => {
        const values = evaluation?.runs.map((run) => run.values[item]?.[metric] as number) ?? [];
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      return ours?.items.filter((item) => of(ours, item) < of(average, item)).length ?? 0;
    });
    const [side, aligned, mad] = wins.map((count) => words[count]);
    expect(readFileSync('README.md', 'utf8')).toContain(`on ${side}, ${aligned} and ${mad} of the ten faces`);
  });
});

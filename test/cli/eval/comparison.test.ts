import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ComparedRow, compareRows, readRows } from '../../../cli/eval/comparison.ts';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'comparison-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const GUESS = 'graphs/table/guess.json';
const ELLIPSOID = 'graphs/table/ellipsoid.json';

async function compared(rows: unknown, out: string): Promise<ComparedRow[]> {
  const file = path.join(folder, 'rows.json');
  await writeFile(file, JSON.stringify(rows));
  const found: ComparedRow[] = [];
  for await (const row of compareRows({ rows: readRows(file), out: path.join(folder, out) }, { plain: true }))
    found.push(row);
  return found;
}

describe('a comparison of methods', () => {
  it('chooses settings on other faces, and says what it cannot compute', { timeout: 180_000 }, async () => {
    const among = [
      ['settings.near=0.99', 'settings.far=1'],
      ['settings.near=0.97', 'settings.far=1.01'],
    ];
    const elsewhere = [
      'settings.list=""',
      'settings.images="data/faces/tuning/image"',
      'settings.depths="data/faces/tuning/depth"',
    ];
    const rows = [
      { title: 'Flat', graph: GUESS, items: 3 },
      { title: 'Best!', graph: ELLIPSOID, items: 3, choose: { metric: 'SIDE', set: elsewhere, among } },
      { title: 'Later', graph: GUESS, needs: ['models/faces/absent.pt'] },
    ];
    const [flat, best, later] = (await compared(rows, 'choose')) as [ComparedRow, ComparedRow, ComparedRow];
    expect(later).toEqual({ title: 'Later', missing: ['models/faces/absent.pt'] });
    expect(best.chosen?.set).toEqual(among[1]);
    const scores = best.chosen?.scores as number[];
    expect(scores[1]).toBeLessThan(scores[0] as number);
    const side = ({ evaluation }: ComparedRow) => evaluation?.summary.SIDE?.mean as number;
    expect(side(best)).toBeLessThan(side(flat));
    expect(best.evaluation?.set).toEqual(among[1]);
    expect(flat.evaluation?.items).toEqual(['000000', '000001', '000002']);
    // chosen on one set, reported on the other
    expect(side(best)).not.toBeCloseTo(scores[1] as number, 6);
    expect(await compared(rows, 'choose')).toEqual([flat, best, later]);
  });

  it('chooses the greatest where higher is better', { timeout: 180_000 }, async () => {
    const among = [['settings.radius=0.07'], ['settings.boxTop=0.6', 'settings.boxBottom=0.8']];
    const choose = { metric: 'correlation', set: [], among };
    const rows = [{ title: 'Ellipsoid', graph: ELLIPSOID, items: 1, choose }];
    const [row] = (await compared(rows, 'higher')) as [ComparedRow];
    const [whole, part] = row.chosen?.scores ?? [];
    expect(whole).toBeGreaterThan(part ?? Number.NaN);
    expect(row.chosen?.set).toEqual(among[0]);
  });

  it('chooses nothing by a metric that no choice has', { timeout: 180_000 }, async () => {
    const choose = {
      metric: 'sharpness',
      set: [],
      among: [['settings.radius=0.07'], ['settings.radius=0.4']],
    };
    const rows = [{ title: 'Ellipsoid', graph: ELLIPSOID, items: 1, choose }];
    await expect(compared(rows, 'none')).rejects.toThrow('Ellipsoid: no choice has a mean of sharpness');
  });

  it('does not take results with other weights for its own', async () => {
    const weights = path.join(folder, 'weights.pt');
    await writeFile(weights, 'these');
    const rows = [{ title: 'Flat', graph: GUESS, items: 1, needs: [weights] }];
    const [first] = await compared(rows, 'weights');
    expect(await compared(rows, 'weights')).toEqual([first]);
    await writeFile(weights, 'those');
    await expect(compared(rows, 'weights')).rejects.toThrow(
      /weights.flat has results with another .*weights\.pt\. Remove that folder/,
    );
    for (const damaged of ['{"a', '[1]', '{"a": 1}']) {
      await writeFile(path.join(folder, 'weights/flat/needs.json'), damaged);
      await expect(compared(rows, 'weights')).rejects.toThrow(
        /flat\/needs\.json does not tell which weights .*Remove that folder/,
      );
    }
  });

  it.each([
    ['no rows', '[]', /at \/: .*/],
    ['a row without a graph', '[{"title":"x"}]', /at \/0: must have required properties graph/],
    ['an unknown key', '[{"title":"x","graph":"y","sed":[1]}]', /at \/0/],
    ['no JSON', '[', /rows-bad.json: .*JSON/],
  ])('refuses %s', async (_, text, message) => {
    const file = path.join(folder, 'rows-bad.json');
    await writeFile(file, text);
    expect(() => readRows(file)).toThrow(message);
  });
});

describe('the rows of the table', () => {
  it('name graphs and settings that there are', async () => {
    const registry = await loadRegistry();
    const rows = readRows('graphs/table/rows.json');
    for (const { graph, set = [], choose } of rows) {
      for (const candidate of choose?.among ?? [[]]) {
        const settings = [...set, ...(choose?.set ?? []), ...candidate];
        expect(() => openGraph(graph, { registry, set: settings }), `${graph} ${settings}`).not.toThrow();
      }
    }
    expect(JSON.parse(await readFile('graphs/table/rows.json', 'utf8'))).toHaveLength(rows.length);
  });
});

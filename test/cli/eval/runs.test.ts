import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runsOfSeed } from '../../../cli/eval/runs.ts';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { runGraph } from '../../../runtime/run/index.ts';
import { all } from '../../run/support.ts';
import { measured, NODES, workplace } from './support.ts';

const { at, graph: write } = workplace();
const registry = await loadRegistry({ nodes: [NODES] });
const ITEMS = ['face-0', 'face-1', 'face-2', 'face-3', 'face-4'];
const open = (name: string, delay: number) =>
  openGraph(write(name, measured({ sides: [1, 2, 3, 4, 5] }, { delay })), { registry });
const graph = open('graph', 0);

const plan = (out: string, jobs: number, items = ITEMS) => ({
  ...{ graph, items, jobs, out: at(out) },
  selectors: undefined,
});
const divided = (...args: Parameters<typeof plan>) =>
  runsOfSeed(plan(...args), 0).map(({ name, items, state }) => [name, items, state]);

/** Does a run of the seed 0 of an evaluation. */
async function done(out: string, part: string, items?: readonly string[]): Promise<void> {
  const how = { seed: 0, engine: 'cpu', place: 'here', registry: { nodes: [NODES] } } as const;
  await all(runGraph(graph, { ...how, folder: join(at(out), 'seed-0', part), ...(items && { items }) }));
}

describe('the runs of a seed', () => {
  it('are one, or as many as there are at once, of nearly as many items each', () => {
    expect(divided('none', 1)).toEqual([['seed-0', 5, 'new']]);
    expect(divided('none', 2)).toEqual([
      ['seed-0/items-0-1', 2, 'new'],
      ['seed-0/items-2-4', 3, 'new'],
    ]);
    expect(divided('none', 9, ['a', 'b'])).toEqual([
      ['seed-0/items-0-0', 1, 'new'],
      ['seed-0/items-1-1', 1, 'new'],
    ]);
    expect(divided('none', 2, ['a'])).toEqual([['seed-0', 1, 'new']]);
    const [first] = runsOfSeed(plan('none', 2), 3);
    expect(first).toMatchObject({ seed: 3, selectors: ['face-0', 'face-1'] });
    expect(first?.folder).toBe(join(at('none'), 'seed-3', 'items-0-1'));
  });

  it('stay one where it has begun as one', async () => {
    await done('whole', '');
    expect(divided('whole', 2)).toEqual([['seed-0', 5, 'done']]);
  });

  it('stay divided as they are, and what no part has is divided anew', async () => {
    await done('parts', 'items-1-2', ['face-1', 'face-2']);
    mkdirSync(at('parts/seed-0/items-3-3/checkpoints'), { recursive: true });
    const rest = [
      ['seed-0/items-1-2', 2, 'done'],
      ['seed-0/items-3-3', 1, 'new'],
      ['seed-0/items-4-4', 1, 'new'],
    ];
    for (const jobs of [1, 3])
      expect(divided('parts', jobs)).toEqual([['seed-0/items-0-0', 1, 'new'], ...rest]);
    const more = [...ITEMS, 'face-5', 'face-6', 'face-7'];
    expect(divided('parts', 2, more).map(([name]) => name)).toEqual([
      'seed-0/items-0-0',
      'seed-0/items-1-2',
      'seed-0/items-3-3',
      'seed-0/items-4-5',
      'seed-0/items-6-7',
    ]);
  });

  it('are refused where a part is of another evaluation', async () => {
    await done('other', 'items-1-2', ['face-1', 'face-2']);
    const refusal = (...args: Parameters<typeof plan>) => {
      try {
        return divided(...args);
      } catch (cause) {
        return cause;
      }
    };
    const hint = 'Give the options that the evaluation was begun with, or another folder with --out.';
    expect(refusal('other', 2, ITEMS.slice(0, 2))).toMatchObject({
      code: 'folder-in-use',
      message: expect.stringMatching(/items-1-2 is not of these 2 items$/),
      hint,
    });
    expect(refusal('other', 2, ITEMS.toReversed())).toMatchObject({
      code: 'folder-in-use',
      message: expect.stringMatching(/items-1-2 was begun with the items face-1,face-2, not face-3,face-2$/),
      hint,
    });
    expect(() => runsOfSeed({ ...plan('other', 2), graph: open('another', 1) }, 0)).toThrow(
      /items-1-2 was begun with another graph: .*delay/,
    );
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../index.ts';
import { checkGraph, type JsonObject, loadDocument } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { cli } from '../cli/in-process.ts';
import { writeGan } from '../graphs/method/files.ts';
import { temporaryFolder } from '../run/support.ts';
import { commandsOf, filesOf } from './shown.ts';

const base = temporaryFolder();
const EXAMPLE = 'graphs/examples/fit-image.json';

/** What stands for something of the reader's, by the files that there are at that place of the page. */
const READERS: { readonly [word: string]: string } = {
  RUN: join(base, 'run-0'),
  GRAPH: EXAMPLE,
  FILE: join(base, 'gan.pt'),
  'me.jpg': join(base, 'me.jpg'),
  'gan.pt': join(base, 'gan.pt'),
  'networks.pt': join(base, 'networks.pt'),
  'data/mine': join(base, 'faces'),
};
/** Added to commands, so that they are quick and leave nothing behind; an option given twice counts as given last. */
const QUICK: { readonly [command: string]: (index: number) => readonly string[] } = {
  run: (i) => ['--set', 'settings.steps=3', '--threads', '1', '--plain', '--out', join(base, `run-${i}`)],
  project: () => [
    ...['--steps', '2', '--set', 'settings.meanSamples=32', '--threads', '1'],
    ...['--plain', '--out', join(base, 'projection')],
  ],
  synface: () => ['--count', '2'],
};
/** What takes long even so: test/cli/eval.test.ts has it. */
const LONG = new Set(['eval']);

beforeAll(async () => {
  await writeGan(join(base, 'gan.pt'), { size: 16, latent: 8, widths: () => 4 });
  await sharp({ create: { width: 40, height: 30, channels: 3, background: 'olive' } })
    .jpeg()
    .toFile(join(base, 'me.jpg'));
});

describe('README.md', () => {
  const own = commandsOf('README.md').filter(({ words, inline }) => words[0] === 'gan2shape' && !inline);
  const commands = own.map(({ words }) => words.slice(1)).filter(([name = '']) => !LONG.has(name));

  it.each(commands.map((words, i) => [words.join(' '), words, i] as const))(
    'does as it says: gan2shape %s',
    { timeout: 120_000 },
    async (_, [name = '', ...shown], i) => {
      const args = shown.flatMap((word) => (word.includes('*') ? filesOf(word) : (READERS[word] ?? word)));
      const { code, stderr } = await cli(name, ...args, ...(QUICK[name]?.(i) ?? []));
      expect(code, stderr).toBe(0);
    },
  );

  it('leaves behind what its commands promise', () => {
    for (const made of ['run-0/report.html', 'networks.pt', 'projection/latents/me.pt', 'faces/image'])
      expect(existsSync(join(base, made)), made).toBe(true);
  });

  const page = readFileSync('README.md', 'utf8');

  it('shows a variant that is a graph', async () => {
    const [, text = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const document = JSON.parse(text) as JsonObject;
    const variant = loadDocument(document, { name: 'graphs/examples/variant.json' });
    const { graph, errors } = checkGraph(variant, await loadRegistry());
    expect(errors).toEqual([]);
    expect(graph?.document.settings).toMatchObject(document.settings as object);
  });

  it('imports what the library has', () => {
    const [, names = ''] = /`import \{ ([\w, ]+) \} from 'gan2shape'`/.exec(page) ?? [];
    expect(Object.keys(library)).toEqual(expect.arrayContaining(names.split(', ')));
    expect(names).not.toBe('');
  });
});

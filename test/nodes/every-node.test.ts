import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { roleOf } from '../../runtime/node.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { runGraph } from '../../runtime/run/index.ts';
import { checkDocument, graphOf } from '../graph/toys.ts';

const registry = await loadRegistry();
const runs = mkdtempSync(join(tmpdir(), 'gan2shape-nodes-'));
afterAll(() => rmSync(runs, { recursive: true }));
const withExample = registry.types.flatMap((type) =>
  type.example ? [{ ...type, example: type.example }] : [],
);

/** Networks run in the tests of their own; these sources read files that the examples only name. */
const NOT_RUN = /^(gan|network|segmentation)\/|^loss\/(lpips|discriminator)|^source\/image-/;
const runnable = withExample.filter(({ type }) => !NOT_RUN.test(type));

interface Document {
  readonly nodes: { readonly [name: string]: { readonly type: string } };
  readonly schedule: readonly object[];
}

/** The example of a node type, with buffers after it that keep what nodes of the type give. */
function probed({ type, example }: (typeof withExample)[number]): Document {
  const { nodes, schedule, ...rest } = example as unknown as Document;
  const outputs = Object.entries(registry.get(type)?.outputs ?? {}).filter(
    ([, { holds }]) => holds === 'one',
  );
  const subjects = Object.keys(nodes).filter((name) => nodes[name]?.type === type);
  const probes = subjects.flatMap((name) =>
    outputs.map(
      ([port]) => [`probe-${name}-${port}`, { type: 'buffer/latest', in: { x: `${name}.${port}` } }] as const,
    ),
  );
  const pulls = probes.length > 0 ? [{ pull: probes.map(([name]) => name) }] : [];
  return { ...rest, nodes: { ...nodes, ...Object.fromEntries(probes) }, schedule: [...schedule, ...pulls] };
}

/** The tensors of the newest checkpoint. */
function tensorsOf(folder: string): Buffer {
  const checkpoints = join(folder, 'checkpoints');
  const newest = readdirSync(checkpoints).sort().at(-1) as string;
  return readFileSync(join(checkpoints, newest, 'tensors.safetensors'));
}

/** Everything that a run leaves, by path. */
function results(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^(files|images)\b/.test(file),
  );
  const contents = files
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => [file, readFileSync(join(folder, file))] as const);
  return new Map([...contents.sort(), ['state', tensorsOf(folder)]]);
}

describe.each(withExample.map((type) => [type.type, type] as const))('%s', (_, type) => {
  it('has an example that checks and shows the node', () => {
    const { errors } = checkDocument(registry, type.example);
    const serious = errors.filter(({ code }) => code !== 'untrained-network');
    expect(serious.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    const { nodes } = type.example as unknown as Document;
    expect(Object.values(nodes).map((node) => node.type)).toContain(type.type);
  });

  it('is documented', () => {
    expect(type.title).toMatch(/^\S.{0,60}$/);
    expect(type.description).toMatch(/[.\]]$/);
    for (const schema of Object.values(type.params.properties)) {
      expect((schema as { description?: string }).description).toMatch(/^\S/);
    }
  });
});

describe.each(runnable.map((type) => [type.type, type] as const))('%s', (_, type) => {
  it('runs its example, twice with the same bytes and nothing left behind', async () => {
    const document = roleOf(type) === 'optimizer' ? type.example : probed(type);
    const left: number[] = [];
    const bytes: Map<string, Buffer>[] = [];
    for (let i = 0; i < 2; i++) {
      const folder = join(runs, type.type.replace('/', '-'));
      const options = { folder, seed: 7, engine: 'cpu', place: 'here', failFast: true } as const;
      const events = await lastValueFrom(runGraph(graphOf(registry, document), options).pipe(toArray()));
      expect(events.at(-1)).toMatchObject({ kind: 'run-finished', status: 'completed' });
      bytes.push(results(folder));
      left.push(tf.memory().numTensors);
      rmSync(folder, { recursive: true });
    }
    const [first, second] = bytes as [Map<string, Buffer>, Map<string, Buffer>];
    expect([...second.keys()]).toEqual([...first.keys()]);
    for (const [file, content] of first) expect(second.get(file)?.equals(content), file).toBe(true);
    expect(left[1]).toBe(left[0]);
  });
});

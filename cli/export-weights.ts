import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { HostTensor } from '../runtime/engine/host-op.ts';
import type { SavedTensor } from '../runtime/formats/index.ts';
import { type Graph, openGraph } from '../runtime/graph/index.ts';
import { nearest } from '../runtime/graph/nearest.ts';
import { stateDict } from '../runtime/nn/state-dict.ts';
import { discriminatorBuffers, generatorBuffers } from '../runtime/nn/stylegan2-buffers.ts';
import { weightEntries, writeWeights } from '../runtime/nn/weights-file.ts';
import { loadRegistry } from '../runtime/registry.ts';
import { Checkpoints, type RunState } from '../runtime/run/checkpoint.ts';
import { RunError } from '../runtime/run/errors.ts';
import { parseEvents } from '../runtime/run/event-log.ts';
import { RunFolder } from '../runtime/run/folder.ts';
import { expectWritable } from './writable.ts';

export interface ExportOptions {
  /** The file; its ending says the format. By default weights.pt in the folder of the run. */
  readonly out?: string | undefined;
  /** Names of nodes or of entries; by default all networks that the run has trained. */
  readonly networks?: readonly string[] | undefined;
  readonly half?: boolean | undefined;
}

/** What was written. */
export interface Exported {
  readonly file: string;
  /** The item that the weights were trained on; undefined where the run has just one. */
  readonly item: string | undefined;
  /** Pulls of its schedule that were done. */
  readonly pulls: number;
  readonly networks: readonly {
    readonly node: string;
    readonly entry: string;
    readonly tensors: number;
    readonly elements: number;
  }[];
}

/** A network of a run, with the weights that its checkpoint holds. */
interface TrainedNetwork {
  readonly node: string;
  readonly type: string;
  readonly entry: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/**
 * Writes the trained weights of a run's newest checkpoint to a file that PyTorch and graphs load, each network under
 * the entry that its parameter `entry` says, or the name of its node.
 *
 * @throws RunError `not-a-run`, `no-checkpoint`, `bad-option`; errors of the file system
 */
export async function exportWeights(run: string, options: ExportOptions): Promise<Exported> {
  const folder = new RunFolder(run);
  const { registry } = folder.record();
  const file = options.out ?? join(folder.path, 'weights.pt');
  const format = formatOf(file);
  expectWritable(file);
  const checkpoint = await new Checkpoints(folder.checkpoints).newest();
  if (!checkpoint) throw new RunError('no-checkpoint', `${folder.path} has no checkpoint that can be read`);
  const graph = openGraph(join(folder.path, 'graph.json'), { registry: await loadRegistry(registry) });
  const all = trainedNetworks(graph, await checkpoint.tensors());
  const chosen = choose(all, graph, options.networks ?? []);
  const dtype = options.half ? 'float16' : 'float32';
  const tensors = chosen.map((network) => tensorsOf(network, dtype));
  const entries = entriesOf(chosen, tensors);
  const pulls = checkpoint.state.itemPulls;
  const item = itemOf(folder, checkpoint.state);
  await writeWeights(file, entries, { format, values: { iteration: pulls } });
  return {
    file,
    item,
    pulls,
    networks: chosen.map(({ node, entry, weights }) => ({
      node,
      entry,
      tensors: weights.size,
      elements: [...weights.values()].reduce((sum, { data }) => sum + data.length, 0),
    })),
  };
}

function formatOf(file: string): 'pt' | 'safetensors' {
  const ending = extname(file);
  if (ending === '.pt' || ending === '.pth') return 'pt';
  if (ending === '.safetensors') return 'safetensors';
  const hint = 'Give a name that ends in .pt, .pth or .safetensors.';
  throw new RunError('bad-option', `The format of ${file} is not known by its ending`, { hint });
}

function trainedNetworks(graph: Graph, tensors: ReadonlyMap<string, HostTensor>): TrainedNetwork[] {
  return [...graph.nodes.values()].flatMap(({ name, type, params, weights: owner }) => {
    if (owner !== name) return [];
    const prefix = `${name}/`;
    // Deeper names are moments: of an optimizer that is called like the network.
    const own = [...tensors].filter(
      ([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'),
    );
    if (own.length === 0) return [];
    const weights = new Map(own.map(([key, tensor]) => [key.slice(prefix.length), tensor]));
    const entry = typeof params.entry === 'string' && params.entry !== '' ? params.entry : name;
    return [{ node: name, type: type.type, entry, params, weights }];
  });
}

function choose(all: readonly TrainedNetwork[], graph: Graph, names: readonly string[]): TrainedNetwork[] {
  if (all.length === 0) {
    throw new RunError('bad-option', 'The checkpoint of this run holds no weights of networks', {
      hint: 'Weights that no optimizer trains are in the files that the graph names.',
    });
  }
  for (const name of names) {
    if (all.some(({ node, entry }) => node === name || entry === name)) continue;
    const known = all.flatMap(({ node, entry }) => [node, entry]);
    const guess = nearest(name, known);
    const hint = guess === undefined ? `It trains ${known.join(', ')}.` : `Did you mean "${guess}"?`;
    const problem = graph.nodes.has(name)
      ? `The run does not train ${name}`
      : `There is no network "${name}"`;
    throw new RunError('bad-option', problem, { hint });
  }
  return all.filter(({ node, entry }) => names.length === 0 || names.includes(node) || names.includes(entry));
}

/** A network's part of the file: its weights, and for a GAN the constants that its checkpoints hold besides. */
function tensorsOf(
  { type, params, weights }: TrainedNetwork,
  dtype: 'float32' | 'float16',
): Map<string, SavedTensor> {
  const size = params.size as number;
  const taps = params.blur as readonly number[];
  const constants =
    type === 'gan/stylegan2-generator'
      ? generatorBuffers(size, taps)
      : type === 'gan/stylegan2-discriminator'
        ? discriminatorBuffers(size, taps)
        : [];
  return new Map([...stateDict(weights, { dtype }), ...stateDict(new Map(constants))]);
}

function entriesOf(
  networks: readonly TrainedNetwork[],
  tensors: readonly ReadonlyMap<string, SavedTensor>[],
) {
  try {
    return weightEntries(
      networks.map(({ node, entry }, i) => ({ network: node, entry, tensors: tensors[i] ?? new Map() })),
    );
  } catch (cause) {
    const hint = 'Choose among them with --networks.';
    throw new RunError('bad-option', (cause as Error).message, { hint }, { cause });
  }
}

/** The item whose weights a checkpoint has. */
function itemOf(folder: RunFolder, { item, begun }: RunState): string | undefined {
  const events = parseEvents(readFileSync(folder.expectEvents(), 'utf8'));
  const started = events.find(({ kind }) => kind === 'run-started');
  if (started?.kind !== 'run-started' || started.items.length === 1) return undefined;
  return started.items[begun ? item : item - 1];
}

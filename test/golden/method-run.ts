import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../runtime/engine/index.ts';
import { checkGraph, InvalidGraph, type JsonObject, loadDocument } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { Pulls } from '../../runtime/run/pulls.ts';

/** What one pull of the schedule gave. */
export interface Pulled {
  /** Losses and metrics by `node` or `node.output`. */
  readonly scalars: Readonly<Record<string, number>>;
  /** What the recording sink of the pull took, by the names of its inputs. */
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** One entry of the schedule: all of its pulls, and the variables after the last. */
export interface RanEntry {
  readonly pull: readonly string[];
  readonly pulls: readonly Pulled[];
  /** Weights by NODE/WEIGHT, in the order in which their networks ask for them. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Gradients of the first pull, by NODE/WEIGHT, where the entry pulls a recorder of gradients. */
  readonly gradients: ReadonlyMap<string, HostTensor>;
}

/** Nodes of the tests beside the official ones. */
const NODES = fileURLToPath(new URL('./nodes', import.meta.url));

/**
 * Runs a document pull by pull on the engine in use, and gives each entry of its schedule when it is done; of all
 * entries, or of the first few. Paths of its parameters are relative to `folder`.
 */
export async function* runMethod(
  document: JsonObject,
  { folder, entries }: { readonly folder: string; readonly entries?: number },
): AsyncGenerator<RanEntry> {
  const registry = await loadRegistry({ nodes: [NODES] });
  const checked = checkGraph(loadDocument(document, { name: `${folder}/method.json` }), registry);
  if (!checked.graph) throw new InvalidGraph(checked.errors);
  const { graph } = checked;
  const pulls = new Pulls({
    graph,
    seed: 0,
    resolve: (path) => resolve(folder, path),
    onCompiled: () => {},
    onProfiled: () => {},
  });
  try {
    const item = { index: 0, name: 'all' };
    pulls.sources.goThrough([item]);
    await pulls.loadNetworks();
    let evaluations = 0;
    for (const step of graph.schedule.slice(0, entries)) {
      pulls.beginEntry(step);
      const pulled: Pulled[] = [];
      let gradients: ReadonlyMap<string, HostTensor> = new Map();
      for (let i = 0; i < step.times; i++) {
        const position = { item, place: 0, evaluations: evaluations++ };
        const { scalars, deliveries } = await pulls.pull(pulls.plan.pull(step.pull), step, position);
        const [delivery] = deliveries as readonly { inputs: { values?: Record<string, HostTensor> } }[];
        pulled.push({ scalars, values: new Map(Object.entries(delivery?.inputs.values ?? {})) });
        if (i === 0) gradients = recordedGradients(pulls, step.pull);
      }
      yield { pull: step.pull, pulls: pulled, weights: weightsOf(pulls), gradients };
    }
  } finally {
    pulls.dispose();
  }
}

function weightsOf({ networks, plan }: Pulls): Map<string, HostTensor> {
  const owners = [...plan.graph.nodes.values()].flatMap(({ name, weights }) =>
    weights === name ? [name] : [],
  );
  return new Map(networks.trainedBy(owners).map((variable) => [variable.name, hostOf(variable)]));
}

function recordedGradients({ optimizers }: Pulls, pulled: readonly string[]): Map<string, HostTensor> {
  const recorder = pulled.find((name) => name.startsWith('gradients'));
  const found = new Map<string, HostTensor>();
  for (const [name] of optimizers.saved()) {
    const variable = tf.engine().registeredVariables[name];
    if (!recorder || !variable || !name.startsWith(`${recorder}/`)) continue;
    found.set(name.slice(recorder.length + 1), hostOf(variable));
  }
  return found;
}

function hostOf(variable: tf.Variable): HostTensor {
  return { shape: variable.shape, data: variable.dataSync<'float32'>().slice() };
}

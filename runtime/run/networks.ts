import type { HostTensor } from '../engine/index.ts';
import type { Graph, GraphNode } from '../graph/index.ts';
import { type HostContext, type Network, parameterWith, type Weights } from '../node.ts';
import { messageOf, RunError } from './errors.ts';
import { hostRandom } from './random.ts';
import type { Variables } from './variables.ts';

/** The weights of a graph's networks, by the node that owns them. */
export class Networks {
  private readonly files = new Map<string, Map<string, HostTensor>>();
  private readonly shapes = new Map<string, ReadonlyMap<string, readonly number[]>>();
  private readonly trained: ReadonlySet<string>;

  constructor(
    private readonly graph: Graph,
    private readonly variables: Variables,
    private readonly seed: number,
    private readonly resolve: (path: string) => string,
  ) {
    this.trained = new Set([
      ...[...graph.nodes.values()].flatMap((node) => node.trains ?? []),
      ...graph.schedule.flatMap((step) => [...step.trains.values()].flat()),
    ]);
  }

  /** Reads the weights of the given owners from the files that their parameters name. */
  async load(owners: Iterable<string>): Promise<void> {
    for (const name of owners) {
      const node = this.graph.nodes.get(name) as GraphNode;
      const parameter = parameterWith(node.type, 'checkpoint');
      if (parameter === undefined || !node.params[parameter]) continue;
      const { load } = node.type as Network<never, never, never>;
      const context: HostContext = { node: name, random: hostRandom(this.seed, name), resolve: this.resolve };
      try {
        const values = await load?.({ params: node.params as never, context });
        if (!values) continue;
        this.files.set(name, new Map(values));
        this.shapes.set(name, new Map([...values].map(([weight, { shape }]) => [weight, shape])));
      } catch (cause) {
        const hint = cause instanceof Error && 'hint' in cause ? { hint: String(cause.hint) } : {};
        // The error of a file ends with its hint, which is told apart here.
        const reason = messageOf(cause).replace(`\n  ${hint.hint}`, '');
        const message = `The weights of ${name} cannot be read: ${reason}`;
        throw new RunError('checkpoint-unreadable', message, { node: name, ...hint }, { cause });
      }
    }
  }

  /** The weights as a node asks for them while it is recorded. */
  weightsOf(node: GraphNode): Weights {
    const owner = node.weights as string;
    return {
      shapeOf: (name) => this.shapes.get(owner)?.get(name),
      get: (name, { shape, init, trainable = true }) => {
        const changes = trainable && this.trained.has(owner);
        const initial = () =>
          this.fromFile(owner, name, changes) ?? init(shape, hostRandom(this.seed, `${owner}/${name}`));
        return this.variables.obtain(`${owner}/${name}`, {
          shape,
          initial,
          trainable: changes,
          changes,
          node: node.name,
        });
      },
    };
  }

  /** The weights that an optimizer trains, as far as they exist. */
  trainedBy(owners: readonly string[]) {
    return owners.flatMap((owner) => this.variables.trainable(`${owner}/`));
  }

  private fromFile(owner: string, name: string, again: boolean): Float32Array | undefined {
    const file = this.files.get(owner);
    if (!file) return undefined;
    const value = file.get(name);
    if (!value) {
      const message = `The file with the weights of ${owner} has no weight "${name}"`;
      throw new RunError('weight-mismatch', message, { node: owner });
    }
    // what never changes is asked for once: the engine holds it from then on
    if (!again) file.delete(name);
    return value.data as Float32Array;
  }
}

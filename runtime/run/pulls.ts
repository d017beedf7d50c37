import { setRandomPosition } from '../engine/index.ts';
import type { StepReport } from '../engine/onnx/report.ts';
import {
  canonicalJson,
  type Graph,
  type GraphNode,
  hashJson,
  type JsonObject,
  type Plan,
  type PullPlan,
  paramsIn,
  planGraph,
  type ScheduleStep,
} from '../graph/index.ts';
import { type HostTensor, type Item, type Optimizer, type ParamsJson, parameterWith } from '../node.ts';
import { Buffers } from './buffers.ts';
import { CompiledPull } from './compiled-pull.ts';
import { trainedIn } from './constant-nodes.ts';
import { NodeContexts } from './contexts.ts';
import { Counters } from './counters.ts';
import { gather, keyOf, type Values } from './held.ts';
import { Networks } from './networks.ts';
import { Optimizers } from './optimizers.ts';
import type { NodeShare } from './profiling.ts';
import { itemSeed } from './random.ts';
import { Sources } from './sources.ts';
import type { SavedEntry } from './tensors.ts';
import { Variables } from './variables.ts';

/** Repetitions from which on what stays the same is computed once: it takes compiling a second step. */
const OFTEN = 8;
/** Compiled pulls that are kept; the least recently used goes first. */
const KEPT_PULLS = 12;

export interface PullsOptions {
  readonly graph: Graph;
  readonly seed: number;
  readonly resolve: (path: string) => string;
  readonly onCompiled: (report: StepReport, milliseconds: number) => void;
  readonly onProfiled: (pull: string, shares: readonly NodeShare[]) => void;
  /** Whether every pull is profiled at its first run, whatever that costs. Default false. */
  readonly profileAtOnce?: boolean;
}

/** The item that pulls are for: its place in the run's list, and pulls of any kind done for it. */
export interface PullPosition {
  readonly item: Item;
  readonly place: number;
  readonly evaluations: number;
}

/** A sink with what is to be written. */
export interface Delivery {
  readonly node: GraphNode;
  readonly params: ReturnType<typeof paramsIn>;
  readonly inputs: ReturnType<typeof gather<HostTensor>>;
  /** The weights that it wants, by network. */
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, HostTensor>>;
}

/** Everything that a graph's pulls compute with and change, and the pulls themselves. */
export class Pulls {
  readonly plan: Plan;
  readonly variables = new Variables();
  readonly counters = new Counters();
  readonly networks: Networks;
  readonly optimizers: Optimizers;
  readonly buffers: Buffers;
  readonly sources: Sources;
  private readonly contexts: NodeContexts;
  private readonly compiled = new Map<string, CompiledPull>();
  /** How many entries of the schedule were begun, over all items. */
  private entries = 0;
  private readonly keys = new WeakMap<ScheduleStep, Map<PullPlan, string>>();
  /** Every node that the schedule needs. */
  readonly used: readonly GraphNode[];

  constructor(private readonly options: PullsOptions) {
    const { graph, seed, resolve } = options;
    this.plan = planGraph(graph);
    const plans = new Set(graph.schedule.flatMap((step) => this.plansOf(step)));
    this.used = [...new Set([...plans].flatMap(({ entries }) => entries.map(({ node }) => node)))];
    this.networks = new Networks(graph, this.variables, seed, resolve);
    this.optimizers = new Optimizers(this.variables);
    this.buffers = new Buffers(this.counters, resolve);
    this.contexts = new NodeContexts({
      variables: this.variables,
      networks: this.networks,
      counters: this.counters,
      seed,
    });
    this.sources = new Sources({
      graph,
      used: this.used.filter(({ role }) => role === 'source'),
      seed,
      resolve,
    });
  }

  /** Reads the weights that networks of the schedule have in files. */
  loadNetworks(): Promise<void> {
    return this.networks.load(new Set(this.used.flatMap(({ weights }) => weights ?? [])));
  }

  /** Everything as it is at the beginning of an item. */
  reset(): void {
    this.variables.reset();
    this.optimizers.reset();
    this.buffers.reset();
    this.counters.reset();
  }

  restore(
    tensors: ReadonlyMap<string, HostTensor>,
    state: {
      readonly optimizers: Readonly<Record<string, number>>;
      readonly counters: Readonly<Record<string, number>>;
    },
  ): void {
    const named = [...tensors];
    this.variables.reset();
    this.optimizers.reset();
    this.variables.restore(new Map(named.filter(([name]) => !name.includes('@'))));
    this.optimizers.restore(state.optimizers);
    this.buffers.restore(tensors);
    this.counters.reset(state.counters);
  }

  /** All tensors that a checkpoint has to hold, by name: in the same order however the run came to them. */
  saved(): SavedEntry[] {
    const all = [...this.variables.saved(), ...this.optimizers.saved(), ...this.buffers.saved()];
    return all.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** To be called before the first pull of an entry of the schedule. */
  beginEntry(step: ScheduleStep): void {
    this.entries++;
    for (const { node, action } of this.plan.step(step).pull.entries) {
      if (action === 'update') this.optimizers.beginEntry(node, paramsIn(node, step));
    }
  }

  /** The sinks that a pull delivers to. */
  sinksOf(plan: PullPlan): readonly GraphNode[] {
    return plan.entries.flatMap(({ node }) => (node.role === 'sink' ? [node] : []));
  }

  /** Pulls once: what it computed of scalars, and what sinks are to write. */
  async pull(
    plan: PullPlan,
    step: ScheduleStep,
    { item, place, evaluations }: PullPosition,
  ): Promise<{ scalars: Readonly<Record<string, number>>; deliveries: readonly Delivery[] }> {
    const seed = itemSeed(this.options.seed, item.index);
    const values: Values<HostTensor> = new Map();
    for (const { node, action } of plan.entries) {
      if (action !== 'load' && action !== 'read') continue;
      const params = paramsIn(node, step);
      const outputs =
        action === 'load'
          ? await this.sources.load(node, params, place, this.counters.of(node.name))
          : this.buffers.read(node, params, seed);
      for (const [port, value] of Object.entries(outputs)) values.set(keyOf(node.name, port), value);
    }
    setRandomPosition({ seed, step: evaluations });
    const compiled = this.compiledFor(plan, step);
    const { scalars, outputs } = compiled.run(values, step, this.entries);
    for (const [key, value] of outputs) values.set(key, value);
    const deliveries: Delivery[] = [];
    for (const { node, action } of plan.entries) {
      const params = paramsIn(node, step);
      if (action === 'run' || action === 'load') this.counters.add(node.name);
      if (action !== 'write') continue;
      const inputs = gather(node, values);
      if (node.role === 'buffer') this.buffers.write(node, params, seed, inputs);
      else deliveries.push({ node, params, inputs, weights: this.weightsFor(node, params) });
    }
    return { scalars, deliveries };
  }

  dispose(): void {
    for (const compiled of this.compiled.values()) compiled.dispose();
    this.optimizers.dispose();
    this.variables.dispose();
  }

  /** The weights of the networks that a sink names in a parameter. */
  private weightsFor(node: GraphNode, params: ParamsJson): Delivery['weights'] {
    const parameter = parameterWith(node.type, 'weights');
    const names = Object.keys(parameter === undefined ? {} : (params[parameter] as ParamsJson));
    return new Map(
      names.map((name) => {
        const owner = this.options.graph.nodes.get(name)?.weights;
        return [name, this.variables.valuesOf(`${owner}/`)];
      }),
    );
  }

  private plansOf(step: ScheduleStep): PullPlan[] {
    const { pull, also } = this.plan.step(step);
    return [pull, ...also];
  }

  private compiledFor(plan: PullPlan, step: ScheduleStep): CompiledPull {
    const key = this.keyFor(plan, step);
    let compiled = this.compiled.get(key);
    if (compiled) this.compiled.delete(key);
    else {
      const { networks, optimizers, contexts } = this;
      const { onCompiled, onProfiled, profileAtOnce } = this.options;
      const callbacks = { onCompiled, onProfiled, profileAtOnce };
      const trainedMeanwhile = this.trainedMeanwhile(plan, step);
      compiled = new CompiledPull({ plan, networks, optimizers, contexts, trainedMeanwhile, ...callbacks });
    }
    this.compiled.set(key, compiled);
    const [oldest] = this.compiled;
    if (this.compiled.size > KEPT_PULLS && oldest) {
      this.compiled.delete(oldest[0]);
      oldest[1].dispose();
    }
    return compiled;
  }

  /** What is trained while a pull is repeated; undefined for a pull that is not repeated often. */
  private trainedMeanwhile(plan: PullPlan, step: ScheduleStep): ReadonlySet<string> | undefined {
    const plans = this.plansOf(step);
    return plan === plans[0] && step.times >= OFTEN ? trainedIn(step, plans) : undefined;
  }

  /** What a pull was recorded with: pulls with the same key are the same computation. */
  private keyFor(plan: PullPlan, step: ScheduleStep): string {
    const known = this.keys.get(step) ?? new Map<PullPlan, string>();
    this.keys.set(step, known);
    let key = known.get(plan);
    if (key === undefined) {
      const stated = plan.entries.flatMap(({ node }) => {
        const { live = [] } = node.type as Optimizer<never, never, never>;
        const recorded = (params: ParamsJson) =>
          canonicalJson(
            Object.fromEntries(Object.entries(params).filter(([name]) => !live.includes(name))) as JsonObject,
          );
        const params = step.params.get(node.name);
        if (!params || node.role === 'source' || node.role === 'sink') return [];
        return recorded(params) === recorded(node.params) ? [] : [`${node.name} ${recorded(params)}`];
      });
      const trained = this.trainedMeanwhile(plan, step);
      const divided = trained ? `once but for ${[...trained].sort()}` : '';
      key = `${plan.targets.join('+')} ${hashJson(stated)} ${divided}`;
      known.set(plan, key);
    }
    return key;
  }
}

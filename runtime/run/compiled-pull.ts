import * as tf from '@tensorflow/tfjs-core';
import { type Compiled, compile, type HostTensor } from '../engine/index.ts';
import type { StepReport } from '../engine/onnx/report.ts';
import { canProfile } from '../engine/profile.ts';
import { inScope } from '../engine/scope.ts';
import { type GraphNode, type PullPlan, paramsIn, type ScheduleStep } from '../graph/index.ts';
import type { ParamsJson, WeightOptimizer } from '../node.ts';
import { constantNodes } from './constant-nodes.ts';
import { ConstantPart } from './constant-part.ts';
import type { NodeContexts } from './contexts.ts';
import { requireFinite } from './finite.ts';
import { runNodes } from './forward.ts';
import { type Held, isTensor, keyOf, labelOf, mapHeld, toHost, type Values } from './held.ts';
import { isReported, type KeptValues, keep, kept } from './kept.ts';
import type { Networks } from './networks.ts';
import { gradientsOf, type Objective } from './objectives.ts';
import type { Optimizers } from './optimizers.ts';
import { type NodeShare, ProfileBudget, sharesOf } from './profiling.ts';
import { PullArguments } from './pull-arguments.ts';

/** What one run of a compiled pull gives. */
export interface PullResult {
  /** Scalars by the label of the output they are of. */
  readonly scalars: Readonly<Record<string, number>>;
  /** The tensors that sinks and buffers take. */
  readonly outputs: Values<HostTensor>;
}

export interface CompiledPullOptions {
  readonly plan: PullPlan;
  readonly networks: Networks;
  readonly optimizers: Optimizers;
  readonly contexts: NodeContexts;
  /**
   * The owners of weights that are trained while this pull is repeated, for a pull that is repeated often: what does
   * not depend on them is computed once in an entry of the schedule.
   */
  readonly trainedMeanwhile?: ReadonlySet<string> | undefined;
  readonly onCompiled: (report: StepReport, milliseconds: number) => void;
  readonly onProfiled: (pull: string, shares: readonly NodeShare[]) => void;
  /** Whether the first run is profiled whatever that costs, instead of a later one when it costs little. */
  readonly profileAtOnce?: boolean | undefined;
}

/** What the compiled step returns. Losses are scalars, which the engine checks; other scalars come in one vector. */
interface Recorded {
  readonly losses: readonly tf.Tensor[];
  readonly others: tf.Tensor | undefined;
  readonly outputs: KeptValues;
}

/** The computation of a pull, from what sources and buffers give to what sinks and buffers take, as one step. */
export class CompiledPull {
  readonly name: string;
  private readonly runs: readonly GraphNode[];
  private readonly args: PullArguments;
  private readonly wanted: ReadonlySet<string>;
  private readonly compiled: Compiled<tf.Tensor[], Recorded>;
  /** The nodes that every repetition runs, and the part with the others. */
  private repeated: readonly GraphNode[];
  private constant: ConstantPart | undefined;
  private scalars: { losses: string[]; others: string[] } = { losses: [], others: [] };
  private started = 0;
  private discovered = false;
  private profiling: ProfileBudget | undefined;
  private step: Pick<ScheduleStep, 'params' | 'trains'> = { params: new Map(), trains: new Map() };

  constructor(private readonly options: CompiledPullOptions) {
    const { plan } = options;
    this.name = plan.targets.join('+');
    this.runs = this.nodesWith('run');
    this.repeated = this.runs;
    const computed = new Set(this.runs.map(({ name }) => name));
    const used = new Set(this.nodesWith('run').concat(this.nodesWith('update')).flatMap(sourcesOf));
    const given = plan.entries.filter(({ action }) => action === 'load' || action === 'read');
    this.args = new PullArguments(
      given.map(({ node }) => node),
      used,
    );
    this.wanted = new Set(
      this.nodesWith('write')
        .flatMap((node) => [...node.inputs.values()].flat())
        .filter(({ from }) => computed.has(from.node))
        .map(({ from }) => keyOf(from.node, from.port)),
    );
    this.compiled = compile((...args: tf.Tensor[]) => this.record(args), {
      name: this.name,
      onCompiled: (report) => {
        const milliseconds = performance.now() - this.started;
        if (canProfile()) this.profiling = new ProfileBudget(report, milliseconds);
        options.onCompiled(report, milliseconds);
      },
    });
  }

  /**
   * Runs it on the outputs of sources and buffers, by key, with the parameters of a schedule step. `entry` is another
   * number for every entry of the schedule and every item that is begun.
   */
  run(values: ReadonlyMap<string, Held<HostTensor>>, step: ScheduleStep, entry: number): PullResult {
    this.step = step;
    if (this.runs.length === 0) return { scalars: {}, outputs: new Map() };
    this.options.contexts.forgetStates();
    for (const node of this.nodesWith('update')) this.optimizer(node);
    const fed = this.args.pack(values);
    let result: Recorded | undefined;
    try {
      if (!this.discovered) this.discover(fed);
      this.started = performance.now();
      const args = this.constant ? this.args.with(fed, this.constant.in(entry, fed)) : fed;
      this.started = performance.now();
      result = this.compiled(...args);
      const pulled = this.read(result);
      if (
        this.profiling &&
        (this.options.profileAtOnce || this.profiling.allows(performance.now() - this.started))
      ) {
        this.profiling = undefined;
        this.options.onProfiled(this.name, sharesOf(this.compiled, args));
      }
      return pulled;
    } finally {
      tf.dispose(fed);
      if (result) tf.dispose([result.losses, result.others, result.outputs] as tf.TensorContainer);
    }
  }

  dispose(): void {
    this.compiled.dispose();
    this.constant?.dispose();
  }

  private read({ losses, others, outputs }: Recorded): PullResult {
    const scalars: Record<string, number> = {};
    losses.forEach((loss, i) => {
      scalars[this.scalars.losses[i] as string] = loss.dataSync()[0] as number;
    });
    const rest = others?.dataSync();
    this.scalars.others.forEach((name, i) => {
      scalars[name] = rest?.[i] as number;
    });
    const taken = Object.entries(outputs).map(
      ([key, value]) => [key, mapHeld(value, isTensor, toHost)] as const,
    );
    return { scalars, outputs: new Map(taken) };
  }

  /**
   * Records the forward pass once for nothing but the variables that it creates: gradients are taken of variables
   * that exist, and optimizers make room for them outside of the step.
   */
  private discover(args: tf.Tensor[]): void {
    const forward = compile(
      (...placeholders: tf.Tensor[]) => {
        this.forward(this.runs, this.args.unpack(placeholders));
        return [];
      },
      { name: this.name, checkFinite: false },
    );
    forward(...args);
    forward.dispose();
    this.options.contexts.forgetStates();
    for (const node of this.nodesWith('update')) {
      this.options.optimizers.prepare(node, this.options.networks.trainedBy(this.trains(node)));
    }
    this.divide();
    this.discovered = true;
  }

  /** Tells what is computed once from what every repetition computes. */
  private divide(): void {
    const { plan, contexts, trainedMeanwhile } = this.options;
    if (!trainedMeanwhile) return;
    const constant = constantNodes(plan, { trained: trainedMeanwhile, varying: contexts.varying });
    const repeated = this.runs.filter((node) => !constant.includes(node));
    if (constant.length === 0 || repeated.length === 0) return;
    this.repeated = repeated;
    const used = new Set(
      [...repeated, ...this.nodesWith('update')].flatMap(sourcesOf).concat(...this.wanted),
    );
    const compute = (args: readonly tf.Tensor[]): KeptValues => {
      const values = this.args.unpack(args);
      this.forward(constant, values);
      const keys = constant.flatMap((node) =>
        Object.keys(node.type.outputs)
          .filter((port) => used.has(keyOf(node.name, port)) || isReported(node, port, values))
          .map((port) => keyOf(node.name, port)),
      );
      return kept(keys, values);
    };
    this.constant = new ConstantPart(compute, {
      name: `${this.name}, once`,
      onCompiled: (report) => this.options.onCompiled(report, performance.now() - this.started),
    });
  }

  private record(args: tf.Tensor[]): Recorded {
    const { networks, contexts } = this.options;
    const values = this.args.unpack(args);
    const objectives = this.nodesWith('update').flatMap((node): Objective[] => {
      const link = node.inputs.get('loss')?.[0];
      if (!link) return [];
      const key = keyOf(link.from.node, link.from.port);
      const variables = networks.trainedBy(this.trains(node));
      return [{ node: node.name, loss: () => values.get(key) as tf.Scalar, variables }];
    });
    let recorded: Recorded | undefined;
    const gradients = gradientsOf(objectives, () => {
      this.forward(this.repeated, values);
      recorded = this.collect(values);
    });
    if (!tf.getBackend().startsWith('onnx')) requireFinite(this.scalars.losses, recorded?.losses ?? []);
    for (const node of this.nodesWith('update')) {
      const found = gradients[objectives.findIndex((objective) => objective.node === node.name)];
      inScope(node.name, () => this.optimizer(node).applyGradients(found ?? {}));
    }
    tf.dispose(gradients as tf.TensorContainer);
    contexts.commitStates();
    return recorded as Recorded;
  }

  private forward(nodes: readonly GraphNode[], values: Values<tf.Tensor>): void {
    const { contexts } = this.options;
    runNodes(nodes, values, { contexts, paramsOf: (node) => this.params(node) });
  }

  /** What leaves the step, kept from being disposed of with the forward pass. */
  private collect(values: Values<tf.Tensor>): Recorded {
    const losses: tf.Tensor[] = [];
    const others: tf.Tensor[] = [];
    this.scalars = { losses: [], others: [] };
    for (const node of this.runs) {
      for (const [port, { tensor }] of Object.entries(node.type.outputs)) {
        if (!isReported(node, port, values)) continue;
        const [list, names] =
          tensor.kind === 'loss' ? [losses, this.scalars.losses] : [others, this.scalars.others];
        list.push(values.get(keyOf(node.name, port)) as tf.Tensor);
        names.push(labelOf(node, port));
      }
    }
    const [first] = others;
    return {
      losses: losses.map(keep),
      // a vector, which may hold NaN: of two at least, as the engine takes one element for a scalar
      others: first && tf.keep(tf.stack(others.length > 1 ? others : [first, first])),
      outputs: kept(this.wanted, values),
    };
  }

  private optimizer(node: GraphNode): WeightOptimizer {
    return this.options.optimizers.configured(node, this.params(node));
  }

  private trains(node: GraphNode): readonly string[] {
    return this.step.trains.get(node.name) ?? node.trains ?? [];
  }

  private params(node: GraphNode): ParamsJson {
    return paramsIn(node, this.step);
  }

  private nodesWith(action: string): GraphNode[] {
    return this.options.plan.entries.filter((entry) => entry.action === action).map(({ node }) => node);
  }
}

function sourcesOf(node: GraphNode): string[] {
  return [...node.inputs.values()].flat().map(({ from }) => keyOf(from.node, from.port));
}

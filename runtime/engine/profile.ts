import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Compiled } from './compile.ts';
import { EngineError } from './errors.ts';
import { OnnxBackend } from './onnx/backend.ts';
import type { CompiledStep } from './onnx/compiled-step.ts';
import { Executor, hostData } from './onnx/executor.ts';
import type { Content, GraphNode, OnnxNode, Value } from './onnx/graph.ts';
import type { Stage } from './onnx/program.ts';
import type { RecordedUpdate } from './onnx/recorded-update.ts';
import { arrange, stateHeap } from './onnx/state.ts';

/** Where operators go that ONNX Runtime adds on its own, such as changes of layout. */
const INSERTED = '(added by ONNX Runtime)';

/** One operator of one run, its time averaged over the runs. */
export interface ProfiledCall {
  /** As it ran, e.g. `FusedMatMul`; a host operation or an in-place update has its own name. */
  readonly operator: string;
  /** Path of the graph node that recorded it. */
  readonly node: string;
  readonly milliseconds: number;
  /** Bytes of its outputs. */
  readonly bytes: number;
  /** Shape of the first output; empty for in-place updates. */
  readonly shape: readonly number[];
}

export interface ProfileRow {
  readonly name: string;
  /** Per run. */
  readonly milliseconds: number;
  readonly calls: number;
  /** Bytes of all outputs, whether or not they are alive at once. */
  readonly bytes: number;
}

/** Where the time of a step goes; every list is sorted, the slowest first. */
export interface StepProfile {
  /** A run's sessions, host operations and updates, with the profiler's own cost. */
  readonly milliseconds: number;
  readonly nodes: readonly ProfileRow[];
  readonly operators: readonly ProfileRow[];
  readonly calls: readonly ProfiledCall[];
}

export interface ProfileOptions {
  /** Runs that are averaged, after one that is not counted. Default 3. */
  readonly runs?: number;
}

/** Whether the engine in use can tell where the time of a step goes: ONNX Runtime can, PyTorch in its place cannot. */
export function canProfile(): boolean {
  const backend = tf.backend();
  return backend instanceof OnnxBackend && backend.options.provider !== 'torch';
}

/**
 * Measures a compiled step operator by operator with ONNX Runtime's profiler; host operations and in-place updates
 * are timed here. Nothing changes: assignments are left out, and in-place updates run on copies of the variables.
 * Sessions are created anew, with their memory. Throws EngineError `engine-unavailable` where {@link canProfile} is false.
 */
export function profileStep<Args extends tf.Tensor[], Result>(
  compiled: Compiled<Args, Result>,
  args: Args,
  { runs = 3 }: ProfileOptions = {},
): StepProfile {
  if (!Number.isInteger(runs) || runs < 1)
    throw new RangeError(`runs is ${runs}; expected a whole number from 1.`);
  const backend = tf.backend();
  compiled.prepare(...args);
  // prepare puts the compilation for these arguments last
  const step = compiled.compilations().at(-1);
  if (!(backend instanceof OnnxBackend) || !canProfile() || !step) {
    const name = backend instanceof OnnxBackend ? `onnx:${backend.options.provider}` : tf.getBackend();
    throw new EngineError('engine-unavailable', `Only ONNX Runtime profiles steps; this is ${name}.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'step-profile-'));
  try {
    return summarise(new StepProfiler(backend, step, folder).measure(args, runs), runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A profile as lines of text: totals, the slowest graph nodes, then the slowest operator types. */
export function formatProfile(
  profile: StepProfile,
  { rows = 10 }: { readonly rows?: number } = {},
): string[] {
  const line = (row: ProfileRow) =>
    `${row.milliseconds.toFixed(2).padStart(9)} ms ${String(row.calls).padStart(5)} calls ${(row.bytes / 1e6).toFixed(1).padStart(8)} MB  ${row.name}`;
  const total = profile.calls.reduce((sum, call) => sum + call.milliseconds, 0);
  return [
    `${profile.milliseconds.toFixed(2)} ms a run, ${total.toFixed(2)} ms of it in operators`,
    ...profile.nodes.slice(0, rows).map(line),
    ...profile.operators.slice(0, rows).map(line),
  ];
}

/** A call before the times of all runs are divided by their number. */
type Call = ProfiledCall & { readonly key: string };

/** One executor per stage, so that each can be timed, and each session writes a profile of its own. */
class StepProfiler {
  private readonly executors: readonly Executor[];
  private readonly calls: Call[] = [];
  private counting = false;
  private milliseconds = 0;

  constructor(
    private readonly backend: OnnxBackend,
    private readonly step: CompiledStep,
    private readonly folder: string,
  ) {
    const { stages, lastUse, memory } = step.executor.program;
    const crossing = stages.flatMap((stage) => (stage.kind === 'session' ? stage.outputs : []));
    const readByHost = new Set(stages.flatMap((stage) => (stage.kind === 'host' ? stage.node.inputs : [])));
    const onDevice = new Set(crossing.filter((value) => lastUse.has(value) && !readByHost.has(value)));
    this.executors = stages.map((stage, index) => {
      const program = { stages: [stage], leaves: [], lastUse: new Map<Value, number>(), memory };
      return new Executor(program, {
        ...backend.options,
        name: 'profile',
        onDevice,
        profile: join(folder, `${index}.`),
      });
    });
  }

  measure(args: readonly tf.Tensor[], runs: number): { calls: readonly Call[]; milliseconds: number } {
    try {
      for (let run = 0; run <= runs; run++) {
        this.counting = run > 0;
        this.run(this.step.feed(args));
      }
      for (const executor of this.executors) executor.endProfiling();
      this.step.executor.program.stages.forEach((stage, index) => {
        if (stage.kind === 'session') this.calls.push(...readEvents(this.folder, index, stage.nodes));
      });
    } finally {
      for (const executor of this.executors) executor.dispose();
    }
    return { calls: this.calls, milliseconds: this.milliseconds };
  }

  private run(feed: (leaf: Value) => Content): void {
    const held = new Map<Value, Content>();
    const content = (value: Value): Content => held.get(value) ?? feed(value);
    this.step.executor.program.stages.forEach((stage, index) => {
      const start = performance.now();
      const results = (this.executors[index] as Executor).run(content, new Set(outputsOf(stage)));
      const milliseconds = performance.now() - start;
      if (stage.kind === 'host')
        this.add({
          operator: stage.node.op.name,
          milliseconds,
          key: String(stage.node.id),
          ...described(stage.node),
        });
      if (this.counting) this.milliseconds += milliseconds;
      for (const [value, result] of results) held.set(value, result);
    });
    if (this.backend.options.provider === 'cpu')
      for (const update of this.step.trace.updates) this.rehearse(update, content);
    for (const result of held.values()) if (result.kind === 'device') result.tensor.dispose();
  }

  /** Runs an update on copies of its variables. */
  private rehearse(
    { update, operands, perm, scope }: RecordedUpdate,
    content: (value: Value) => Content,
  ): void {
    // without variables it is a count of the steps done, and this is not one
    if (update.variables.length === 0) return;
    const blocks = update.variables.map((variable) => {
      const sym = this.backend.sym(variable.dataId);
      arrange(sym, perm);
      const block = stateHeap().allocate(variable.size);
      block.view().set(hostData(sym.value.content as Content) as Float32Array);
      return block;
    });
    try {
      const start = performance.now();
      update.run(
        operands.map((value) => hostData(content(value)) as Float32Array),
        blocks,
      );
      const milliseconds = performance.now() - start;
      const [variable] = update.variables;
      const key = `${update.name}:${variable?.name}`;
      this.add({ operator: update.name, node: scope, milliseconds, bytes: 0, shape: [], key });
      if (this.counting) this.milliseconds += milliseconds;
    } finally {
      for (const block of blocks) stateHeap().free(block);
    }
  }

  private add(call: Call): void {
    if (this.counting) this.calls.push(call);
  }
}

interface ProfilerEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/** The operators in a session's profile, without those of the first run. */
function readEvents(folder: string, index: number, nodes: readonly OnnxNode[]): Call[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const sources = new Map(nodes.flatMap((node) => node.outputs.map(({ id }) => [id, node] as const)));
  const file = readdirSync(folder).find((name) => name.startsWith(`${index}.`));
  if (!file) throw new EngineError('provider-failed', 'ONNX Runtime has not written its profile.');
  const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProfilerEvent[];
  const warm = events.findIndex((event) => event.name === 'model_run') + 1;
  return events.slice(warm).flatMap(({ cat, name, dur, args }) => {
    if (cat !== 'Node' || !args.op_name || !name.endsWith('_kernel_time')) return [];
    // Names are scope/Operator#id, with additions where ONNX Runtime has rewritten the operator. Where it keeps the
    // channels in blocks, an operator is named after its output.
    const blocked = /^v(\d+)_nchwc/.exec(name)?.[1];
    const node = blocked ? sources.get(Number(blocked)) : known.get(Number(/#(\d+)/.exec(name)?.[1]));
    const call = { operator: args.op_name, milliseconds: dur / 1e3, key: `${index}:${name}` };
    return [node ? { ...call, ...described(node) } : { ...call, node: INSERTED, bytes: 0, shape: [] }];
  });
}

function described({ scope, outputs }: GraphNode): Pick<ProfiledCall, 'node' | 'bytes' | 'shape'> {
  return {
    node: scope || '(no node)',
    bytes: outputs.reduce((sum, value) => sum + value.bytes, 0),
    shape: outputs[0]?.shape ?? [],
  };
}

function outputsOf(stage: Stage): readonly Value[] {
  return stage.kind === 'host' ? stage.node.outputs : stage.outputs;
}

function summarise(
  { calls, milliseconds }: { calls: readonly Call[]; milliseconds: number },
  runs: number,
): StepProfile {
  const merged = new Map<string, ProfiledCall>();
  for (const { key, ...call } of calls) {
    const time = (merged.get(key)?.milliseconds ?? 0) + call.milliseconds / runs;
    merged.set(key, { ...call, milliseconds: time });
  }
  const averaged = [...merged.values()].sort(slowestFirst);
  return {
    milliseconds: milliseconds / runs,
    nodes: rowsBy(averaged, ({ node }) => node),
    operators: rowsBy(averaged, ({ operator }) => operator),
    calls: averaged,
  };
}

function rowsBy(calls: readonly ProfiledCall[], name: (call: ProfiledCall) => string): ProfileRow[] {
  const rows = new Map<string, ProfileRow>();
  for (const call of calls) {
    const row = rows.get(name(call)) ?? { name: name(call), milliseconds: 0, calls: 0, bytes: 0 };
    rows.set(row.name, {
      ...row,
      milliseconds: row.milliseconds + call.milliseconds,
      calls: row.calls + 1,
      bytes: row.bytes + call.bytes,
    });
  }
  return [...rows.values()].sort(slowestFirst);
}

function slowestFirst(a: { readonly milliseconds: number }, b: { readonly milliseconds: number }): number {
  return b.milliseconds - a.milliseconds;
}

import type { Tensor as OrtTensor } from 'onnxruntime-common';
import { EngineError } from '../errors.ts';
import type { HostArray, HostTensor } from '../host-op.ts';
import type { ProviderOptions, Session } from '../session.ts';
import type { Block } from '../wasm/heap.ts';
import type { Content, DeviceTensor, HostNode, Value, ValueData } from './graph.ts';
import { encodeModel, type ModelSpec } from './model-writer.ts';
import type { Program, SessionStage, Stage } from './program.ts';
import { createSession, ortTensor } from './session.ts';

export interface ExecutorOptions extends ProviderOptions {
  /** Name of the step, for errors and files. */
  readonly name: string;
  /** Outputs that should stay in the provider's memory. */
  readonly onDevice?: ReadonlySet<Value>;
  readonly profile?: string;
  /** Memory that outputs are written to at every run, instead of fresh memory: large gradients. */
  readonly places?: ReadonlyMap<Value, Block>;
}

/** A program with its sessions, ready to run many times. */
export class Executor {
  /** One for every stage, none for host operations; empty while released. */
  private sessions: (Session | undefined)[];
  /** One Identity per shape, with its output on the host: reading a GPU tensor directly crashes. */
  private readonly copiers = new Map<string, Session>();

  constructor(
    readonly program: Program,
    private readonly options: ExecutorOptions,
  ) {
    this.sessions = this.open();
  }

  get bytes(): number {
    return this.program.memory.activations;
  }

  private open(): (Session | undefined)[] {
    return this.program.stages.map((stage, index) => {
      if (stage.kind === 'host') return undefined;
      const onDevice = stage.outputs.filter((value) => this.staysOnDevice(value)).map(nameOf);
      const model = encodeModel(stageModel(stage, `${this.options.name}.${index}`));
      return createSession(model, this.what(stage), { ...this.options, onDevice });
    });
  }

  /** Runs every stage. `feed` gives the content of leaves; what is returned holds the targets among `keep`. */
  run(feed: (leaf: Value) => Content, keep: ReadonlySet<Value>): Map<Value, Content> {
    if (this.sessions.length === 0) this.sessions = this.open();
    const held = new Map<Value, Content>();
    const content = (value: Value): Content => held.get(value) ?? feed(value);
    const { stages, lastUse } = this.program;
    try {
      stages.forEach((stage, index) => {
        if (stage.kind === 'host') runHost(stage.node, (value) => this.onHost(value, content(value)), held);
        else this.runSession(index, stage, content, held);
        for (const [value, result] of held) {
          if (keep.has(value) || (lastUse.get(value) ?? -1) > index) continue;
          if (result.kind === 'device') result.tensor.dispose();
          held.delete(value);
        }
      });
    } catch (cause) {
      for (const result of held.values()) if (result.kind === 'device') result.tensor.dispose();
      throw cause;
    }
    return held;
  }

  /** Ends profiling; ONNX Runtime then writes one file per session. */
  endProfiling(): void {
    for (const session of this.sessions) session?.endProfiling();
  }

  /** Gives the sessions' memory back; the next run prepares them anew. */
  release(): void {
    for (const session of this.sessions) session?.dispose();
    this.sessions = [];
  }

  dispose(): void {
    this.release();
    for (const session of this.copiers.values()) session.dispose();
  }

  /** What a host operation reads, copied out of the provider's memory where it is there. */
  private onHost(value: Value, content: Content): Content {
    if (content.kind !== 'device') return content;
    const key = `${value.type}[${value.shape}]`;
    let copier = this.copiers.get(key);
    if (!copier) {
      const { provider, threads, name } = this.options;
      copier = createSession(encodeModel(copyModel(value)), name, { provider, threads });
      this.copiers.set(key, copier);
    }
    return fromOrt(copier.run({ from: toOrt(value, content) }, { to: null }).to as OrtTensor);
  }

  private runSession(
    index: number,
    stage: SessionStage,
    content: (value: Value) => Content,
    held: Map<Value, Content>,
  ): void {
    const contents = stage.inputs.map((value) => [value, content(value)] as const);
    // only now: drawing random numbers may grow the heap, which takes earlier views of its memory away
    const feeds: Record<string, OrtTensor> = {};
    for (const [value, found] of contents) feeds[nameOf(value)] = toOrt(value, found);
    const fetches: Record<string, OrtTensor | null> = {};
    for (const value of stage.outputs) {
      const place = this.options.places?.get(value);
      fetches[nameOf(value)] = place ? ortTensor('float32', place.view(), value.shape) : null;
    }
    const results = (this.sessions[index] as Session).run(feeds, fetches);
    for (const value of stage.outputs) {
      const block = this.options.places?.get(value);
      held.set(value, block ? { kind: 'heap', block } : fromOrt(results[nameOf(value)] as OrtTensor));
    }
  }

  private staysOnDevice(value: Value): boolean {
    // the binding's GPU tensors are WebGPU's; on ONNX Runtime's CUDA every output comes back
    if (!['webgpu', 'torch'].includes(this.options.provider)) return false;
    if (this.program.stages.some((stage) => stage.kind === 'host' && stage.node.inputs.includes(value)))
      return false;
    return this.options.onDevice?.has(value) || this.program.lastUse.has(value);
  }

  private what(stage: Stage): string {
    const scopes =
      stage.kind === 'session' ? [...new Set(stage.nodes.map((node) => node.scope).filter(Boolean))] : [];
    return scopes.length > 0 && scopes.length <= 3
      ? `${this.options.name} (${scopes.join(', ')})`
      : this.options.name;
  }
}

/** The session as an ONNX model; names of operators are `scope/Operator#id`. */
export function stageModel(stage: SessionStage, name: string): ModelSpec {
  return {
    name,
    nodes: stage.nodes.map((node) => ({
      name: `${node.scope}/${node.op}#${node.id}`,
      op: node.op,
      domain: node.domain,
      inputs: node.inputs.map((value) => (value ? nameOf(value) : '')),
      outputs: node.outputs.map(nameOf),
      attributes: node.attributes,
    })),
    inputs: stage.inputs.map(spec),
    outputs: stage.outputs.map(spec),
    initializers: stage.initializers.map((value) => {
      const data = hostData(value.content as Content);
      return { ...spec(value), bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    }),
  };
}

function copyModel(value: Value): ModelSpec {
  return {
    name: 'copy',
    nodes: [{ name: 'copy', op: 'Identity', domain: '', inputs: ['from'], outputs: ['to'], attributes: {} }],
    inputs: [{ ...spec(value), name: 'from' }],
    outputs: [{ ...spec(value), name: 'to' }],
    initializers: [],
  };
}

export function nameOf(value: Value): string {
  return `v${value.id}`;
}

function spec(value: Value) {
  return { name: nameOf(value), type: value.type, shape: value.shape };
}

/** The elements of a concrete value in host memory. */
export function hostData(content: Content): ValueData {
  if (content.kind === 'host') return content.data;
  if (content.kind === 'heap') return content.block.view();
  throw new EngineError(
    'provider-failed',
    'A tensor in the memory of the GPU was read as if it were on the host.',
  );
}

function toOrt(value: Value, content: Content): OrtTensor {
  if (content.kind === 'device') return content.tensor as unknown as OrtTensor;
  return ortTensor(value.type, hostData(content), value.shape);
}

function fromOrt(tensor: OrtTensor): Content {
  return tensor.location === 'gpu-buffer'
    ? { kind: 'device', tensor: tensor as unknown as DeviceTensor }
    : { kind: 'host', data: tensor.data as ValueData };
}

function runHost(node: HostNode, content: (value: Value) => Content, held: Map<Value, Content>): void {
  const contents = (node.inputs as Value[]).map((value) => [value, content(value)] as const);
  const inputs = contents.map(
    ([value, found]): HostTensor => ({
      data: widened(hostData(found)),
      shape: value.shape,
    }),
  );
  const outputs = node.outputs.map(
    (value): HostTensor => ({
      data: value.type === 'int32' ? new Int32Array(value.size) : new Float32Array(value.size),
      shape: value.shape,
    }),
  );
  try {
    node.op.run(inputs, outputs, node.attributes);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'provider-failed',
      `${node.op.name} (${node.scope || 'no node'}) failed: ${text}`,
      {
        node: node.scope,
        operation: node.op.name,
      },
      { cause },
    );
  }
  node.outputs.forEach((value, i) => {
    held.set(value, { kind: 'host', data: (outputs[i] as HostTensor).data as ValueData });
  });
}

function widened(data: ValueData): HostArray {
  return data instanceof Float32Array || data instanceof Int32Array
    ? data
    : Int32Array.from(data as Uint8Array);
}

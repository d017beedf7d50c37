import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import { currentScope } from '../scope.ts';
import type { ProviderOptions } from '../session.ts';
import { hostData } from './executor.ts';
import { type Content, emit, interned, recorder, type Value, type ValueData } from './graph.ts';
import { LazyEvaluator } from './lazy.ts';
import type { RecordedUpdate } from './recorded-update.ts';
import { release } from './state.ts';
import { identityPerm, Sym, samePerm, transposeData } from './sym.ts';

export const BACKEND_NAME = 'onnx';
/** Recorded operations that may wait for a read before everything alive is evaluated: bounds memory. */
const PENDING_NODES = 5000;
/** Constants up to this many elements are one value throughout a step. */
const SMALL = 16;

interface Entry {
  readonly sym: Sym | undefined;
  /** Strings are stored, never computed with. */
  readonly strings?: readonly Uint8Array[] | readonly string[];
  readonly dtype: tf.DataType;
  references: number;
}

/** TensorFlow.js backend that records ONNX operators; reading a tensor evaluates what it depends on. */
export class OnnxBackend extends tf.KernelBackend {
  private readonly entries = new Map<object, Entry>();
  private evaluator: LazyEvaluator;
  /** Counts changes of the provider: steps compiled for another one are compiled anew. */
  generation = 0;
  /** While a step is recorded: values that have no data until the step runs. */
  private symbolic: ((value: Value) => boolean) | undefined;
  /** In-place updates of the step that is being recorded. */
  updates: RecordedUpdate[] | undefined;

  constructor(public options: ProviderOptions) {
    super();
    this.evaluator = new LazyEvaluator(options);
  }

  /** Goes over to another provider or number of threads; tensors keep their elements. */
  configure(options: ProviderOptions): void {
    if (options.provider === this.options.provider && options.threads === this.options.threads) return;
    this.flush();
    for (const { sym } of this.entries.values()) {
      if (sym?.value.content?.kind !== 'device') continue;
      const { tensor } = sym.value.content;
      sym.value.content = this.onHost(sym.value);
      tensor.dispose();
    }
    this.evaluator.dispose();
    this.options = options;
    this.evaluator = new LazyEvaluator(options);
    this.generation++;
  }

  override write(values: tf.backend_util.BackendValues | null, shape: number[], dtype: tf.DataType): object {
    if (dtype === 'string')
      return this.register({ sym: undefined, strings: (values ?? []) as Uint8Array[], dtype, references: 1 });
    if (dtype === 'complex64') {
      throw new EngineError('unsupported-kernel', 'The onnx engine has no complex64 tensors.', {
        hint: 'Use --engine cpu.',
      });
    }
    return this.store(leaf(values, shape, dtype));
  }

  /** Gives a recorded tensor a data id. */
  store(sym: Sym): object {
    return this.register({ sym, dtype: sym.dtype, references: 1 });
  }

  private register(entry: Entry): object {
    this.evaluateWhenMuchIsPending();
    const dataId = {};
    this.hold(dataId, entry);
    return dataId;
  }

  private hold(dataId: object, entry: Entry): void {
    this.entries.set(dataId, entry);
    if (entry.sym) entry.sym.value.holders++;
  }

  sym(dataId: object): Sym {
    if (!this.entries.has(dataId)) this.takeOver(dataId);
    const sym = this.entries.get(dataId)?.sym;
    if (!sym)
      throw new Error(
        'The tensor is disposed, or holds strings, which the onnx engine does not compute with.',
      );
    return sym;
  }

  /** Moves the elements of a tensor that another backend made, before `tf.setBackend`, to this one. */
  private takeOver(dataId: object): void {
    const engine = tf.engine() as unknown as {
      readonly state: { readonly tensorInfo: WeakMap<object, { readonly backend: tf.KernelBackend }> };
      moveData(backend: tf.KernelBackend, dataId: object): void;
    };
    const info = engine.state.tensorInfo.get(dataId);
    if (info && info.backend !== this) engine.moveData(this, dataId);
  }

  /**
   * Gives a variable elements of its own, when clones or other variables share them: these keep what they saw when
   * the variable changes.
   */
  detach(variable: tf.Variable): Sym {
    const sym = this.sym(variable.dataId);
    this.evaluate([sym.value]);
    if (this.refCount(variable.dataId) === 1 && sym.value.holders === 1) return sym;
    const copy = leaf(this.elements(sym) as Float32Array, sym.shape, sym.dtype, { shared: false });
    const dataId = this.store(copy);
    const tensor = tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...sym.shape], dtype: sym.dtype });
    variable.assign(tensor);
    tensor.dispose();
    return copy;
  }

  override refCount(dataId: object): number {
    return this.entries.get(dataId)?.references ?? 0;
  }

  override incRef(dataId: object): void {
    const entry = this.entries.get(dataId);
    if (entry) entry.references++;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.entries.get(dataId);
    if (!entry) return true;
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.entries.delete(dataId);
    if (entry.sym) release(entry.sym);
    return true;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    const entry: Entry =
      dtype === 'string'
        ? { sym: undefined, strings: values as Uint8Array[], dtype, references }
        : { sym: leaf(values, shape, dtype), dtype, references };
    this.hold(dataId, entry);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const entry = this.entries.get(dataId);
    if (entry?.strings) return entry.strings as unknown as tf.backend_util.BackendValues;
    const sym = this.sym(dataId);
    if (this.symbolic?.(sym.value)) {
      throw new EngineError(
        'reads-while-recording',
        `A step reads the data of a tensor [${sym.shape}] while it is recorded.`,
        {
          node: currentScope(),
          hint: 'Return the tensor from the step and read it afterwards; choose between values with tf.where.',
        },
      );
    }
    return this.elements(sym) as tf.backend_util.BackendValues;
  }

  override read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  /** A copy of the elements in C order of the logical shape. */
  elements(sym: Sym): ValueData {
    this.evaluate([sym.value]);
    const data = hostData(this.onHost(sym.value));
    const row = identityPerm(sym.shape.length);
    if (samePerm(sym.perm, row)) return data.slice();
    return transposeData(
      data,
      sym.value.shape,
      row.map((axis) => sym.perm.indexOf(axis)),
    );
  }

  /** The content of a concrete value, brought to the host when it is in the memory of a device. */
  onHost(value: Value): Content {
    const content = value.content as Content;
    if (content.kind !== 'device') return content;
    // a session of one Identity whose output is asked for on the host: reading a GPU tensor directly crashes
    const { lazilyUsed } = value;
    const copy = emit('Identity', [value], value);
    this.evaluate([copy]);
    // the copy is made: it is no reason to keep the buffer once the tensor lets go of it
    value.lazilyUsed = lazilyUsed;
    return copy.content as Content;
  }

  evaluate(values: readonly Value[]): void {
    const { recording } = recorder;
    recorder.recording = 0;
    try {
      this.evaluator.evaluate(values);
    } finally {
      recorder.recording = recording;
    }
  }

  /** Evaluates every tensor that is alive and pending; one that cannot be computed throws when it is read. */
  flush(): void {
    const syms = [...this.entries.values()].flatMap(({ sym }) => (sym ? [sym] : []));
    const pending = syms.flatMap(({ value }) => (value.producer && value.recording === 0 ? [value] : []));
    // what a step left behind while it was recorded has data only when the step runs
    try {
      this.evaluate(pending);
    } catch {
      for (const value of pending) this.evaluateIfPossible(value);
    }
    for (const { value } of syms) value.lazilyUsed = false;
    recorder.pending = 0;
  }

  private evaluateIfPossible(value: Value): void {
    try {
      this.evaluate([value]);
    } catch {
      // stays pending: who reads it gets the error, nobody else
    }
  }

  /** Records `body` as a step: nothing is evaluated, values for which `isSymbolic` holds cannot be read. */
  record<T>(isSymbolic: (value: Value) => boolean, body: () => T): T {
    if (this.symbolic)
      throw new EngineError('impure-step', 'A step cannot be compiled while another one is recorded.');
    recorder.recording = ++recordings;
    recorder.updated.clear();
    recorder.known.clear();
    recorder.constants.clear();
    this.symbolic = isSymbolic;
    this.updates = [];
    try {
      return body();
    } finally {
      recorder.recording = 0;
      recorder.updated.clear();
      recorder.known.clear();
      recorder.constants.clear();
      this.symbolic = undefined;
      this.updates = undefined;
    }
  }

  get isRecording(): boolean {
    return this.symbolic !== undefined;
  }

  private evaluateWhenMuchIsPending(): void {
    if (recorder.pending > PENDING_NODES && !this.isRecording) this.flush();
  }

  override numDataIds(): number {
    return this.entries.size;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return {
      unreliable: true,
      reasons: ['Memory of pending operations and sessions is not counted; see CompiledStep.memory.'],
    };
  }

  override async time(body: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    body();
    this.flush();
    return { kernelMs: performance.now() - start };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    const contents = new Set([...this.entries.values()].map(({ sym }) => sym?.value.content));
    for (const content of contents) if (content?.kind === 'device') content.tensor.dispose();
    this.evaluator.dispose();
    this.entries.clear();
  }
}

let recordings = 0;

/** A tensor with the given elements. */
export function leaf(
  values: tf.backend_util.BackendValues | null,
  shape: readonly number[],
  dtype: tf.DataType,
  { shared = true } = {},
): Sym {
  const type = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
  const data = toData(values, dtype, tf.util.sizeFromShape([...shape]));
  if (!shared || data.length > SMALL) return Sym.concrete([...shape], dtype, type, { kind: 'host', data });
  return new Sym([...shape], dtype, identityPerm(shape.length), interned(data, [...shape], type));
}

function toData(values: tf.backend_util.BackendValues | null, dtype: tf.DataType, size: number): ValueData {
  const source = (values ?? new Float32Array(size)) as ArrayLike<number>;
  if (dtype === 'bool')
    return source instanceof Uint8Array ? source : Uint8Array.from(source, (item) => (item ? 1 : 0));
  if (dtype === 'int32') return source instanceof Int32Array ? source : Int32Array.from(source);
  return source instanceof Float32Array ? source : Float32Array.from(source);
}

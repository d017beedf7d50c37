import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';
import { OnnxBackend } from './onnx/backend.ts';
import { CompiledStep } from './onnx/compiled-step.ts';
import { describeStep, type StepReport } from './onnx/report.ts';
import { restartDraws } from './random.ts';
import { withScope } from './scope.ts';

export interface CompileOptions {
  /** Shown in errors, reports and profiles. */
  readonly name?: string;
  /** Stop, before anything changes, when a scalar that the step returns is NaN or infinite. Default true. */
  readonly checkFinite?: boolean;
  /** Called after every compilation: once per set of argument shapes. */
  readonly onCompiled?: (report: StepReport) => void;
}

/** A step that was compiled, or is run eagerly where the engine does not record. */
export interface Compiled<Args extends tf.Tensor[], Result> {
  (...args: Args): Result;
  /** Compiles for arguments like these without running. */
  prepare(...args: Args): StepReport | undefined;
  /** The compilations so far, one per set of argument shapes. */
  compilations(): readonly CompiledStep[];
  /** Frees the sessions. The variables stay. */
  dispose(): void;
}

/** Compilations of one step for other argument shapes that are kept; the least recently used goes first. */
const CACHE_ENTRIES = 8;

/**
 * Compiles a training step.
 *
 * `step` takes tensors and returns tensors (in arrays or objects, or none). It is called only to be recorded, twice
 * for every new set of argument shapes; from then on its forward pass, gradients and optimizer run as a few ONNX
 * sessions without JavaScript per operation. Variables that it assigns or hands to an optimizer keep their new
 * values; non-trainable variables and captured tensors are compiled in as constants. Must be a pure function of its
 * arguments, variables and the engine's random numbers.
 *
 * Errors: EngineError `unsupported-kernel`, `reads-while-recording`, `impure-step` (at the first call), `non-finite`,
 * `out-of-memory`, `provider-failed` (at any call; variables are then as they were before it).
 */
export function compile<Args extends tf.Tensor[], Result>(
  step: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const name = options.name ?? (step.name || 'step');
  const cache = new Map<string, CompiledStep>();
  const changing = new Set<tf.Variable>();
  const scoped = (...args: tf.Tensor[]) => {
    restartDraws();
    return withScope(name, () => step(...(args as Args)));
  };

  const compiled = (backend: OnnxBackend, args: readonly tf.Tensor[]): CompiledStep => {
    const key = `${backend.generation} ${args.map(({ shape, dtype }) => `${dtype}[${shape}]`).join()}`;
    const known = cache.get(key);
    const stale = known?.staleConstants() ?? [];
    // what changes between runs is an input from now on, not a constant: no second recompilation for it
    for (const variable of stale) changing.add(variable);
    if (known) cache.delete(key);
    if (known && stale.length === 0) {
      cache.set(key, known);
      return known;
    }
    known?.dispose();
    const fresh = new CompiledStep(
      backend,
      scoped,
      args,
      { name, checkFinite: options.checkFinite ?? true },
      changing,
    );
    cache.set(key, fresh);
    const [oldest] = cache;
    if (cache.size > CACHE_ENTRIES && oldest) {
      cache.delete(oldest[0]);
      oldest[1].dispose();
    }
    options.onCompiled?.(describeStep(name, fresh));
    return fresh;
  };

  const run = (...args: Args): Result => {
    requireTensors(name, args);
    const backend = tf.backend();
    if (!(backend instanceof OnnxBackend))
      return tf.tidy(() => scoped(...args) as tf.TensorContainer) as Result;
    return compiled(backend, args).run(args) as Result;
  };
  const prepare = (...args: Args): StepReport | undefined => {
    const backend = tf.backend();
    return backend instanceof OnnxBackend ? describeStep(name, compiled(backend, args)) : undefined;
  };
  const dispose = () => {
    for (const entry of cache.values()) entry.dispose();
    cache.clear();
  };
  return Object.assign(run, { prepare, dispose, compilations: () => [...cache.values()] });
}

function requireTensors(name: string, args: readonly unknown[]): void {
  const wrong = args.findIndex((arg) => !(arg instanceof tf.Tensor));
  if (wrong < 0) return;
  throw new EngineError(
    'shape-mismatch',
    `Argument ${wrong + 1} of ${name} is a ${typeof args[wrong]}; expected a tensor.`,
    {
      hint: 'Numbers would be frozen at recording: pass tf.scalar(number), or supply them with supplied().',
    },
  );
}

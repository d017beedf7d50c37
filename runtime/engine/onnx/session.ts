import { createRequire } from 'node:module';
import type { Tensor as OrtTensor } from 'onnxruntime-common';
import { EngineError } from '../errors.ts';
import type { Session, SessionOptions } from '../session.ts';
import { createTorchSession } from '../torch/session.ts';
import { endingAfterOutputs } from './session-end.ts';

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): Record<string, OrtTensor>;
  endProfiling(): void;
  dispose(): void;
}

interface Binding {
  readonly binding: {
    readonly InferenceSession: new () => NativeSession;
    listSupportedBackends(): { readonly name: string; readonly bundled: boolean }[];
  };
  initOrt(): void;
}

const require = createRequire(import.meta.url);
let loaded: { binding: Binding; Tensor: typeof OrtTensor } | undefined;

/**
 * ONNX Runtime's native binding. Its public interface wraps the same synchronous calls in promises, which
 * TensorFlow.js' `dataSync` could not wait for.
 */
function runtime(): { binding: Binding; Tensor: typeof OrtTensor } {
  if (loaded) return loaded;
  try {
    const { Tensor } = require('onnxruntime-common') as { Tensor: typeof OrtTensor };
    loaded = { binding: require('onnxruntime-node/dist/binding') as Binding, Tensor };
    return loaded;
  } catch (cause) {
    throw new EngineError(
      'engine-unavailable',
      `The engine onnx does not load: ${message(cause)}`,
      {
        hint: 'onnxruntime-node has binaries for Linux, macOS and Windows on x64 and arm64; elsewhere use --engine cpu.',
      },
      { cause },
    );
  }
}

/** Providers that the installed ONNX Runtime knows; `bundled` ones need no further libraries. */
export function listProviders(): { readonly name: string; readonly bundled: boolean }[] {
  return runtime().binding.binding.listSupportedBackends();
}

export function ortTensor(
  type: 'float32' | 'int32' | 'int64' | 'bool',
  data: unknown,
  shape: readonly number[],
): OrtTensor {
  const { Tensor } = runtime();
  return new Tensor(type as 'float32', data as Float32Array, shape);
}

/** Loads a model. `what` names it in errors. */
export function createSession(model: Uint8Array, what: string, options: SessionOptions): Session {
  if (options.provider === 'torch') return onTorch(model, what, options);
  const { binding } = runtime();
  binding.initOrt();
  const session = new binding.binding.InferenceSession();
  const { provider, threads, strict = false, onDevice = [], profile } = options;
  try {
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      executionProviders: provider === 'cpu' || strict ? [provider] : [provider, 'cpu'],
      intraOpNumThreads: threads,
      // The pattern is one more block as large as all intermediate results, beside those that the first run took.
      enableMemPattern: false,
      // 1: errors of single operators come as exceptions with their text, so the log adds nothing below fatal
      logSeverityLevel: 4,
      extra: {
        session: { intra_op: { allow_spinning: '0' }, ...(strict && { disable_cpu_ep_fallback: '1' }) },
      },
      ...(onDevice.length > 0 && {
        preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])),
      }),
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    });
  } catch (cause) {
    throw failure(cause, `${what} could not be prepared on ${provider}`);
  }
  return endingAfterOutputs({
    run(feeds, fetches) {
      try {
        return session.run(feeds, fetches, {});
      } catch (cause) {
        throw failure(cause, `${what} failed on ${provider}`);
      }
    },
    endProfiling: () => session.endProfiling(),
    dispose: () => session.dispose(),
  });
}

function onTorch(model: Uint8Array, what: string, options: SessionOptions): Session {
  const attempt = <T>(told: string, body: () => T): T => {
    try {
      return body();
    } catch (cause) {
      throw cause instanceof EngineError ? cause : failure(cause, `${what} ${told}`);
    }
  };
  const session = attempt('could not be prepared on torch', () =>
    createTorchSession(model, options, ortTensor),
  );
  return {
    ...session,
    run: (feeds, fetches) => attempt('failed on torch', () => session.run(feeds, fetches)),
  };
}

function failure(cause: unknown, what: string): EngineError {
  const text = message(cause);
  const operation = /node\.? ?Name:'([^']+)'/i.exec(text)?.[1] ?? /running (\w+) node/.exec(text)?.[1];
  if (/alloc|out of memory|bad_array|OOM|std::bad/i.test(text)) {
    return new EngineError(
      'out-of-memory',
      `${what}: there is not enough memory.\n  ${text}`,
      {
        ...(operation && { operation }),
        hint: 'Use a smaller batch with gradient accumulation, a smaller image, or an engine with more memory.',
      },
      { cause },
    );
  }
  return new EngineError(
    'provider-failed',
    `${what}: ${text}`,
    {
      ...(operation && { operation }),
      hint: 'Nothing was changed by this step. Try another engine (--engine onnx:cpu), or run `gan2shape doctor`.',
    },
    { cause },
  );
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

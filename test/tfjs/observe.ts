import * as tf from '@tensorflow/tfjs-core';

/** What one spec did with the engine. */
export interface Observation {
  /** Kernels of the backend under test that ran. */
  readonly kernels: Set<string>;
  /** Kernels that were asked for and that the backend does not register. */
  readonly missing: Set<string>;
  /** Data types of tensors that were made from values, and that kernels were asked to give. */
  readonly dtypes: Set<string>;
  /** Whether a gradient was taken. */
  gradient: boolean;
  /** Whether data was read synchronously. */
  syncRead: boolean;
}

/** Watches the engine that all copies of tfjs-core share. */
export interface Observer {
  /** Forgets what was seen and starts a new observation, which grows until the next call. */
  begin(): Observation;
  /** Gives the engine its own methods back. */
  stop(): void;
}

/** The engine methods that are watched; `gradients` and the reads carry no more than the fact of the call. */
interface Watched {
  backendName: string;
  runKernel: (name: string, ...rest: unknown[]) => unknown;
  makeTensor: (values: unknown, shape: unknown, dtype?: string, ...rest: unknown[]) => unknown;
  gradients: (...args: unknown[]) => unknown;
  readSync: (...args: unknown[]) => unknown;
}

/** Starts to observe the kernels that specs run on `backend`. */
export function observeEngine(backend: string): Observer {
  const engine = tf.engine() as unknown as Watched;
  const { runKernel, makeTensor, gradients, readSync } = engine;
  let current = emptyObservation();

  engine.runKernel = (name, ...rest) => {
    const attrs = rest[1] as { dtype?: string } | undefined;
    if (attrs?.dtype !== undefined) current.dtypes.add(attrs.dtype);
    if (engine.backendName === backend) {
      const kernel = tf.getKernel(name, backend) as (tf.KernelConfig & { unsupported?: boolean }) | undefined;
      const registered = kernel !== undefined && !kernel.unsupported;
      (registered ? current.kernels : current.missing).add(name);
    }
    return runKernel.call(engine, name, ...rest);
  };
  engine.makeTensor = (values, shape, dtype, ...rest) => {
    current.dtypes.add(dtype ?? 'float32');
    return makeTensor.call(engine, values, shape, dtype, ...rest);
  };
  engine.gradients = (...args) => {
    current.gradient = true;
    return gradients.apply(engine, args);
  };
  engine.readSync = (...args) => {
    current.syncRead = true;
    return readSync.apply(engine, args);
  };

  return {
    begin: () => {
      current = emptyObservation();
      return current;
    },
    stop: () => {
      Object.assign(engine, { runKernel, makeTensor, gradients, readSync });
    },
  };
}

function emptyObservation(): Observation {
  return { kernels: new Set(), missing: new Set(), dtypes: new Set(), gradient: false, syncRead: false };
}

import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { OnnxBackend } from './backend.ts';
import { emit, Value } from './graph.ts';
import { valueType } from './kernels/define.ts';
import type { RecordedUpdate } from './recorded-update.ts';
import { type Perm, Sym } from './sym.ts';

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** What a step, recorded once, reads, computes and changes. */
export interface Trace {
  readonly arguments: readonly Value[];
  /** The step's result with a number in place of each tensor: its place in `outputs`. */
  readonly structure: unknown;
  readonly outputs: readonly (TensorSpec & { readonly value: Value })[];
  /** Variables that the step assigns, with what to and in which physical order. */
  readonly assignments: readonly {
    readonly variable: tf.Variable;
    readonly value: Value;
    readonly perm: Perm;
  }[];
  readonly updates: readonly RecordedUpdate[];
  /** Leaves that are the elements of a variable, in the physical order that the step expects. */
  readonly variables: ReadonlyMap<Value, { readonly variable: tf.Variable; readonly perm: Perm }>;
}

interface Registry {
  registeredVariables: Record<string, tf.Variable>;
  makeVariable(initial: tf.Tensor, trainable?: boolean, name?: string, dtype?: tf.DataType): tf.Variable;
}

/** Records `step`. Variables that it creates are initialised first, in a recording of their own. */
export function trace(
  backend: OnnxBackend,
  step: (...args: tf.Tensor[]) => unknown,
  args: readonly TensorSpec[],
): Trace {
  const first = traceOnce(backend, step, args);
  if (first.created.length === 0) return first.trace;
  initialise(backend, first.created);
  const second = traceOnce(backend, step, args);
  if (second.created.length > 0) {
    throw new EngineError(
      'impure-step',
      `A step creates the variable ${second.created[0]?.variable.name} every time it runs.`,
      {
        hint: 'Create variables once, outside the step or behind a check.',
      },
    );
  }
  return second.trace;
}

interface Created {
  readonly variable: tf.Variable;
  readonly initial: tf.Tensor;
}

function traceOnce(
  backend: OnnxBackend,
  step: (...args: tf.Tensor[]) => unknown,
  args: readonly TensorSpec[],
) {
  const registry = tf.engine() as unknown as Registry;
  for (const variable of Object.values(registry.registeredVariables))
    backend.detach(variable).value.frozen = !variable.trainable;
  const held = Object.values(registry.registeredVariables).map((variable) => ({
    variable,
    before: tf.keep(variable.clone()),
  }));
  const created: Created[] = [];
  const { makeVariable } = registry;
  registry.makeVariable = function (this: Registry, initial, ...rest) {
    const variable = makeVariable.call(this, initial, ...rest);
    created.push({ variable, initial: tf.keep(initial.clone()) });
    return variable;
  };
  const parameters = args.map(
    ({ shape, dtype }, index) =>
      new Value([...shape], valueType(dtype), undefined, undefined, { kind: 'argument', index }),
  );
  const depends = dependsOnInputs();
  try {
    return backend.record(depends, () => {
      const tensors = parameters.map((value, i) => placeholder(backend, value, args[i] as TensorSpec));
      const result = tf.tidy(() => step(...tensors) as tf.TensorContainer);
      const outputs: (TensorSpec & { value: Value })[] = [];
      const taken = new Set<Value>();
      const structure = describeResult(backend, result, outputs, taken);
      const assignments = held.flatMap(({ variable, before }) => {
        if (variable.dataId === before.dataId) return [];
        const { perm } = backend.sym(before.dataId);
        const value = own(backend.sym(variable.dataId).as(perm), taken);
        variable.assign(before as tf.Tensor);
        return [{ variable, value, perm }];
      });
      const variables = new Map(
        held.map(({ variable }) => {
          const { value, perm } = backend.sym(variable.dataId);
          return [value, { variable, perm }] as const;
        }),
      );
      tf.dispose([tensors, result]);
      const recorded: Trace = {
        arguments: parameters,
        structure,
        outputs,
        assignments,
        updates: [...(backend.updates ?? [])],
        variables,
      };
      return { trace: recorded, created };
    });
  } finally {
    registry.makeVariable = makeVariable;
    // whatever the step assigned before it failed is undone
    for (const { variable, before } of held) {
      if (variable.dataId !== before.dataId) variable.assign(before as tf.Tensor);
      before.dispose();
    }
  }
}

function initialise(backend: OnnxBackend, created: readonly Created[]): void {
  const depends = dependsOnInputs();
  for (const { variable, initial } of created) {
    if (depends(backend.sym(initial.dataId).value)) {
      throw new EngineError(
        'impure-step',
        `The variable ${variable.name} is created in a step from the step's inputs.`,
        {
          hint: 'Create it outside the step.',
        },
      );
    }
    variable.assign(initial);
    initial.dispose();
  }
}

function placeholder(backend: OnnxBackend, value: Value, { shape, dtype }: TensorSpec): tf.Tensor {
  const dataId = backend.store(
    new Sym(
      shape,
      dtype,
      shape.map((_, axis) => axis),
      value,
    ),
  );
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype });
}

/** A value of its own: a leaf, or what another result holds, may change under the hands of whoever keeps it. */
function own(value: Value, taken: Set<Value>): Value {
  const owned = value.producer && !taken.has(value) ? value : emit('Identity', [value], value);
  taken.add(owned);
  return owned;
}

function describeResult(
  backend: OnnxBackend,
  result: unknown,
  outputs: (TensorSpec & { value: Value })[],
  taken: Set<Value>,
): unknown {
  if (result instanceof tf.Tensor) {
    const sym = backend.sym(result.dataId);
    outputs.push({ shape: result.shape, dtype: result.dtype, value: own(sym.row(), taken) });
    return outputs.length - 1;
  }
  if (Array.isArray(result)) return result.map((item) => describeResult(backend, item, outputs, taken));
  if (result === undefined || result === null) return undefined;
  if (typeof result === 'object') {
    return Object.fromEntries(
      Object.entries(result).map(([key, item]) => [key, describeResult(backend, item, outputs, taken)]),
    );
  }
  throw new EngineError(
    'impure-step',
    `A step returns a ${typeof result}; expected tensors, in arrays or objects.`,
    {
      hint: 'What is not a tensor would be computed once, at recording: keep it outside the step.',
    },
  );
}

/** Whether a value has data only when the step runs. */
function dependsOnInputs(): (value: Value) => boolean {
  const known = new Map<Value, boolean>();
  return (root) => {
    const open = [root];
    while (open.length > 0) {
      const value = open.at(-1) as Value;
      const inputs = (value.producer?.inputs ?? []).filter((input) => input !== undefined);
      const unknown = inputs.filter((input) => !known.has(input));
      if (!known.has(value) && unknown.length > 0) {
        open.push(...unknown);
        continue;
      }
      known.set(value, value.source !== undefined || inputs.some((input) => known.get(input)));
      open.pop();
    }
    return known.get(root) as boolean;
  };
}

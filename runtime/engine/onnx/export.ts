import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import type { Compiled } from '../compile.ts';
import { EngineError } from '../errors.ts';
import type { CompiledStep } from './compiled-step.ts';
import { hostData, nameOf, stageModel } from './executor.ts';
import type { Value, ValueType } from './graph.ts';
import { encodeModel } from './model-writer.ts';
import type { Stage } from './program.ts';

/** A tensor of the manifest: `value` is its name in the models, `shape` that of its elements there, in C order. */
export interface ExportedTensor {
  readonly value: string;
  readonly type: ValueType;
  readonly shape: readonly number[];
}

/**
 * Where a tensor comes from. `layout[i]` is the axis of the variable that axis i of the tensor holds; `constant` is
 * base64 of the elements' bytes, little-endian.
 */
export type ExportedSource =
  | { readonly argument: number }
  | { readonly variable: string; readonly layout: readonly number[] }
  | { readonly supplied: string }
  | { readonly constant: string };

export type ExportedStage =
  | {
      readonly kind: 'session';
      readonly file: string;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    }
  | {
      readonly kind: 'host';
      readonly operation: string;
      readonly node: string;
      readonly attributes: unknown;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    };

/** What NAME.json holds: how the models make up the step. */
export interface ExportManifest {
  readonly format: 1;
  readonly name: string;
  /** In order of execution. */
  readonly stages: readonly ExportedStage[];
  /** What the stages and updates read and no stage computes. */
  readonly feeds: readonly (ExportedTensor & { readonly from: ExportedSource })[];
  /** What the step returns: `result` has a place in `outputs` for each tensor. */
  readonly result: unknown;
  readonly outputs: readonly (ExportedTensor & { readonly dtype: tf.DataType })[];
  /** Variables that the step sets. */
  readonly assignments: readonly {
    readonly variable: string;
    readonly value: string;
    readonly layout: readonly number[];
  }[];
  /** Changes outside the models, such as Adam's, in order: operands have the variables' layout. */
  readonly updates: readonly {
    readonly operation: string;
    readonly node: string;
    readonly variables: readonly string[];
    readonly operands: readonly string[];
    readonly layout: readonly number[];
  }[];
}

export interface ExportOptions {
  /** Name of the files: letters, digits, `_`, `-` and `.`. Default `step`. */
  readonly name?: string;
}

/**
 * Writes the last compilation of a step for other tools, such as Netron and ONNX Runtime in any language: each
 * session as `NAME.K.onnx` (K from 0 in order of execution) and `NAME.json`, the manifest, which comes last. Every
 * file is complete or absent. Returns the manifest.
 *
 * Errors: EngineError `impure-step` when the step was not compiled yet, RangeError for a name that is not one.
 */
export function exportStep<Args extends tf.Tensor[], Result>(
  compiled: Compiled<Args, Result>,
  folder: string,
  { name = 'step' }: ExportOptions = {},
): ExportManifest {
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw new RangeError(`name is ${JSON.stringify(name)}; expected letters, digits, "_", "-" and ".".`);
  }
  const step = compiled.compilations().at(-1);
  if (!step) {
    throw new EngineError('impure-step', 'The step was not compiled yet, so there is nothing to export.', {
      hint: 'Call its prepare with the arguments first, on the onnx engine.',
    });
  }
  mkdirSync(folder, { recursive: true });
  const files = new Map<Stage, string>();
  for (const stage of step.executor.program.stages) {
    if (stage.kind !== 'session') continue;
    const file = `${name}.${files.size}.onnx`;
    writeWhole(join(folder, file), encodeModel(stageModel(stage, file)));
    files.set(stage, file);
  }
  const manifest = describe(name, step, files);
  writeWhole(join(folder, `${name}.json`), `${JSON.stringify(manifest, withoutArrays, 2)}\n`);
  return manifest;
}

function describe(
  name: string,
  { trace, executor: { program } }: CompiledStep,
  files: ReadonlyMap<Stage, string>,
): ExportManifest {
  const { outputs, assignments, updates, structure } = trace;
  const source = sourcesOf(trace);
  const stages = program.stages.map((stage): ExportedStage => {
    const { inputs, outputs } = stage.kind === 'host' ? stage.node : stage;
    const values = { inputs: namesOf(inputs), outputs: namesOf(outputs) };
    if (stage.kind === 'session') return { kind: 'session', file: files.get(stage) ?? '', ...values };
    const { op, scope, attributes } = stage.node;
    return { kind: 'host', operation: op.name, node: scope, attributes: attributes ?? null, ...values };
  });
  const read = [
    ...program.stages.flatMap((stage) => (stage.kind === 'host' ? stage.node.inputs : stage.inputs)),
    ...updates.flatMap(({ operands }) => operands),
  ];
  const leaves = new Set(read.filter((value): value is Value => value !== undefined && !value.producer));
  return {
    format: 1,
    name,
    stages,
    feeds: [...leaves].map((leaf) => ({ ...tensor(leaf), from: source(leaf) })),
    result: structure,
    outputs: outputs.map(({ value, dtype }) => ({ ...tensor(value), dtype })),
    assignments: assignments.map(({ variable, value, perm }) => ({
      variable: variable.name,
      value: nameOf(value),
      layout: perm,
    })),
    updates: updates
      .filter(({ update }) => update.variables.length > 0)
      .map(({ update, operands, perm, scope }) => ({
        operation: update.name,
        node: scope,
        variables: update.variables.map((variable) => variable.name),
        operands: namesOf(operands),
        layout: perm,
      })),
  };
}

function sourcesOf({ variables }: CompiledStep['trace']): (leaf: Value) => ExportedSource {
  return (leaf) => {
    if (leaf.source?.kind === 'argument') return { argument: leaf.source.index };
    if (leaf.source?.kind === 'supplied') return { supplied: leaf.source.name };
    const state = variables.get(leaf);
    if (state) return { variable: state.variable.name, layout: state.perm };
    if (!leaf.content)
      throw new EngineError('provider-failed', `The tensor ${nameOf(leaf)} has no elements to export.`);
    const { buffer, byteOffset, byteLength } = hostData(leaf.content);
    return { constant: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
  };
}

function tensor(value: Value): ExportedTensor {
  return { value: nameOf(value), type: value.type, shape: value.shape };
}

function namesOf(values: readonly (Value | undefined)[]): string[] {
  return values.map((value) => (value ? nameOf(value) : ''));
}

/** Attributes of host operations may hold elements, which only the operation itself can use. */
function withoutArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? undefined : value;
}

/** Writes beside the file and renames, so that nobody sees half of it. */
function writeWhole(file: string, content: Uint8Array | string): void {
  const partial = `${file}.${process.pid}.partial`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, file);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw cause;
  }
}

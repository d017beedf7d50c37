import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { toNhwc } from './layout.ts';

/** What a folder of fixtures gets wrong as a whole; the runner exits with 2. */
export class FixtureError extends Error {}

export interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
  readonly max_bad_fraction?: number;
  readonly exact?: boolean;
}

export type Role = 'input' | 'param' | 'output' | 'grad' | 'info';

/** One stored array, as case.json describes it. */
export interface TensorEntry {
  readonly name: string;
  readonly role: Role;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly offset?: number;
  readonly count?: number;
  readonly tolerance?: Tolerance;
  readonly max_abs?: number;
  readonly note?: string;
}

export type GoldenArray = Float32Array | Int32Array;

interface CaseJson {
  readonly case?: string;
  readonly reference?: Record<string, unknown>;
  readonly args?: Record<string, unknown>;
  readonly tensors?: readonly TensorEntry[];
}

/** The folders of a fixture folder that hold a case; the folder itself where it is one. Sorted by name. */
export function findCases(directory: string): string[] {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new FixtureError(`${directory} is not a folder`);
  }
  const holdsCase = (folder: string) => existsSync(join(folder, 'case.json'));
  if (holdsCase(directory)) return [resolve(directory)];
  const found = readdirSync(directory, { withFileTypes: true })
    .map((entry) => resolve(directory, entry.name))
    .filter(holdsCase)
    .sort();
  if (found.length === 0) throw new FixtureError(`${directory} holds no case: no subfolder has a case.json`);
  return found;
}

/** One case: what the reference was given and what it gave. Arrays are read when they are asked for. */
export class GoldenCase {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly tensors: readonly TensorEntry[];
  /** Repository, file, classes and functions of the reference, as one text to search. */
  readonly reference: string;
  private readonly files = new Map<string, Buffer>();

  constructor(readonly folder: string) {
    const json = parse(readFileSync(join(folder, 'case.json'), 'utf8'));
    this.name = basename(folder);
    this.args = json.args ?? {};
    this.tensors = json.tensors ?? [];
    this.reference = Object.values(json.reference ?? {})
      .flat()
      .join(' | ');
  }

  has(...names: string[]): boolean {
    return names.every((name) => this.find(name) !== undefined);
  }

  find(name: string): TensorEntry | undefined {
    return this.tensors.find((tensor) => tensor.name === name);
  }

  entry(name: string): TensorEntry {
    const found = this.find(name);
    if (!found) throw new Error(`the case has no tensor ${name}`);
    return found;
  }

  /** The entries whose name matches, with the match. */
  matching(pattern: RegExp): [TensorEntry, RegExpExecArray][] {
    return this.tensors.flatMap((tensor) => {
      const match = pattern.exec(tensor.name);
      return match ? [[tensor, match] as [TensorEntry, RegExpExecArray]] : [];
    });
  }

  /** A number of the arguments. */
  number(key: string, fallback?: number): number {
    const value = this.args[key] ?? fallback;
    if (typeof value !== 'number')
      throw new Error(`args.${key}: expected a number, found ${JSON.stringify(value)}`);
    return value;
  }

  /** The stored values, in the reference's order. */
  array(name: string): GoldenArray {
    const {
      dtype,
      shape,
      file = 'data.bin',
      offset = 0,
      count = tf.util.sizeFromShape([...shape]),
    } = this.entry(name);
    if (dtype !== 'float32' && dtype !== 'int32') throw new Error(`${name}: unknown dtype ${dtype}`);
    if (count !== tf.util.sizeFromShape([...shape])) {
      throw new Error(`${name}: ${count} values do not fill the shape [${shape}]`);
    }
    const bytes = this.bytes(file);
    if (offset < 0 || offset + count * 4 > bytes.length) {
      throw new Error(
        `${name}: bytes ${offset} to ${offset + count * 4} are outside ${file} (${bytes.length} bytes)`,
      );
    }
    const values = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = dtype === 'int32' ? bytes.readInt32LE(offset + i * 4) : bytes.readFloatLE(offset + i * 4);
    }
    return values;
  }

  /** A stored array as a tensor of its own shape. */
  tensor(name: string): tf.Tensor {
    const { dtype, shape } = this.entry(name);
    return tf.tensor(this.array(name), [...shape], dtype === 'int32' ? 'int32' : 'float32');
  }

  /** A stored array [B,C,H,W] as a tensor [B,H,W,C]. */
  image(name: string): tf.Tensor4D {
    const { values, shape } = toNhwc(this.array(name), this.entry(name).shape, name);
    return tf.tensor4d(values, shape);
  }

  private bytes(file: string): Buffer {
    const known = this.files.get(file);
    if (known) return known;
    const path = resolve(this.folder, file);
    if (!path.startsWith(this.folder + sep)) throw new Error(`${file} is outside the case's folder`);
    const bytes = readFileSync(path);
    this.files.set(file, bytes);
    return bytes;
  }
}

function parse(text: string): CaseJson {
  const json = JSON.parse(text) as CaseJson;
  if (!Array.isArray(json.tensors)) throw new Error('case.json has no list of tensors');
  for (const { name, shape, role } of json.tensors) {
    if (typeof name !== 'string' || typeof role !== 'string' || !Array.isArray(shape)) {
      throw new Error(
        `case.json: a tensor lacks name, role or shape: ${JSON.stringify({ name, role, shape })}`,
      );
    }
  }
  return json;
}

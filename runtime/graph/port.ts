import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import { type Dimension, parseDimension } from './dimension.ts';
import { nearest } from './nearest.ts';

/**
 * What a tensor holds. Kinds are checked when ports are connected, so that a depth map does not end up where an
 * image belongs; `float` connects to every float32 kind, `any` to everything.
 */
export const KINDS = {
  any: { dtype: undefined, holds: 'anything' },
  float: { dtype: 'float32', holds: 'numbers without a closer meaning' },
  int: { dtype: 'int32', holds: 'whole numbers' },
  bool: { dtype: 'bool', holds: 'truth values' },
  image: { dtype: 'float32', holds: 'colours in [-1, 1]' },
  mask: { dtype: 'float32', holds: 'weights in [0, 1], 1 inside' },
  depth: { dtype: 'float32', holds: 'distances along the viewing axis' },
  normal: { dtype: 'float32', holds: 'unit vectors' },
  light: { dtype: 'float32', holds: 'ambient, diffuse and direction' },
  view: { dtype: 'float32', holds: 'rotations and translations' },
  grid: { dtype: 'float32', holds: 'sampling positions in [-1, 1]' },
  latent: { dtype: 'float32', holds: 'latent codes of a generator' },
  features: { dtype: 'float32', holds: 'activations of a network' },
  loss: { dtype: 'float32', holds: 'a scalar to minimise' },
  metric: { dtype: 'float32', holds: 'a number to report' },
} as const;

export type Kind = keyof typeof KINDS;

/** A parsed tensor type: `image[B,S,S,3]`, `float[...]` (any shape), `float[...X,3]` (some shape X, then 3). */
export interface TensorType {
  readonly text: string;
  readonly kind: Kind;
  /** The dimensions before the `...`, or all of them where there is none. */
  readonly before: readonly Dimension[];
  /** The name after `...`, empty for a nameless one; undefined where the rank is fixed. */
  readonly rest?: string;
  /** The dimensions after the `...`. */
  readonly after: readonly Dimension[];
}

/** How many tensors a port carries: one, a list in order, or a map by name. */
export type Holds = 'one' | 'list' | 'map';

/** A declared port. `Type` is its text, from which TypeScript derives the rank. */
export interface Port<
  Type extends string = string,
  H extends Holds = Holds,
  Optional extends boolean = boolean,
> {
  readonly type: Type;
  readonly tensor: TensorType;
  readonly holds: H;
  readonly optional: Optional;
  readonly description: string;
}

export type Ports = { readonly [name: string]: Port };

export interface PortOptions {
  /** An input that may stay unconnected; `run` then gets undefined (for lists and maps: an empty one). */
  readonly optional?: boolean;
  readonly description?: string;
}

type IsOptional<Options> = Options extends { readonly optional: true } ? true : false;

function declare<H extends Holds>(holds: H) {
  return <const Type extends string, const Options extends PortOptions = Record<never, never>>(
    type: Type,
    options?: Options,
  ): Port<Type, H, IsOptional<Options>> => ({
    type,
    tensor: parseTensorType(type),
    holds,
    optional: (options?.optional ?? false) as IsOptional<Options>,
    description: options?.description ?? '',
  });
}

/**
 * Declares a port: `port('image[B,S,S,3]')` is one tensor, `port.list(…)` any number in order, `port.map(…)` any
 * number by name. Throws where the type cannot be parsed.
 */
export const port = Object.assign(declare('one'), { list: declare('list'), map: declare('map') });

/** Parses `kind[dimension,…]`. Throws an error that says what is wrong. */
export function parseTensorType(text: string): TensorType {
  const match = /^([a-z]+)\[([^\]]*)\]$/.exec(text.trim());
  if (!match) throw new Error(`"${text}" is no port type: write kind[dimensions], such as image[B,S,S,3]`);
  const [, kind = '', list = ''] = match;
  if (!Object.hasOwn(KINDS, kind)) {
    const guess = nearest(kind, Object.keys(KINDS));
    throw new Error(`"${kind}" in "${text}" is no kind of tensor${guess ? `; did you mean ${guess}?` : ''}`);
  }
  const parts = list.trim() === '' ? [] : list.split(',').map((part) => part.trim());
  const rests = parts.filter((part) => part.startsWith('...'));
  if (rests.length > 1) throw new Error(`"${text}" has more than one "..."`);
  const at = parts.findIndex((part) => part.startsWith('...'));
  const rest = rests[0]?.slice(3);
  if (rest && !/^[A-Za-z][A-Za-z0-9]*$/.test(rest)) throw new Error(`"...${rest}" in "${text}" is no name`);
  const before = (at < 0 ? parts : parts.slice(0, at)).map(parseDimension);
  const after = (at < 0 ? [] : parts.slice(at + 1)).map(parseDimension);
  return { text, kind: kind as Kind, before, after, ...(rest !== undefined && { rest }) };
}

/** The dtype that tensors of a kind have; undefined for `any`. */
export function dtypeOf(kind: Kind): 'float32' | 'int32' | 'bool' | undefined {
  return KINDS[kind].dtype;
}

/** Whether an output of one kind may enter an input of the other. */
export function kindsAgree(given: Kind, taken: Kind): boolean {
  if (given === taken || given === 'any' || taken === 'any') return true;
  return (
    (given === 'float' && dtypeOf(taken) === 'float32') || (taken === 'float' && dtypeOf(given) === 'float32')
  );
}

type Split<S extends string> = S extends `${string},${infer Tail}` ? [unknown, ...Split<Tail>] : [unknown];
type Ranks = [Rank.R0, Rank.R1, Rank.R2, Rank.R3, Rank.R4, Rank.R5, Rank.R6];
type RankOf<Dims extends string> = Dims extends '' ? 0 : Split<Dims>['length'];

/** The TensorFlow.js type of a port type: `Tensor4D` for `image[B,S,S,3]`, `Tensor` where the rank is open. */
export type TensorOf<Type extends string> = Type extends `${string}[${infer Dims}]`
  ? Dims extends `${string}...${string}`
    ? Tensor
    : RankOf<Dims> extends infer N extends keyof Ranks & number
      ? Ranks[N] extends Rank
        ? Tensor<Ranks[N]>
        : Tensor
      : Tensor
  : Tensor;

type Held<T, H extends Holds> = H extends 'list'
  ? readonly T[]
  : H extends 'map'
    ? { readonly [name: string]: T }
    : T;

/** What `run` gets for the declared inputs. Maps come with their keys sorted: their order never means anything. */
export type InputsOf<P extends Ports> = {
  readonly [Name in keyof P]: P[Name] extends Port<infer Type, infer H, infer Optional>
    ? H extends 'one'
      ? Optional extends true
        ? TensorOf<Type> | undefined
        : TensorOf<Type>
      : Held<TensorOf<Type>, H>
    : never;
};

/** What `run` gives back for the declared outputs; ranks are left open, as TensorFlow.js rarely knows them. */
export type OutputsOf<P extends Ports, T = Tensor> = {
  readonly [Name in keyof P]: P[Name] extends Port<string, infer H> ? Held<T, H> : never;
};

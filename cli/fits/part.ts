import { type Scope, weightShapes } from '../../runtime/nn/scope.ts';
import { shapeFromTorch, shapeToTorch } from '../../runtime/nn/torch-weights.ts';

/** A tensor as a file lists it. */
export interface ListedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The tensors below one key of a file, as the weights of one network would be named. */
export interface Part {
  /** Keys on the way there, joined by dots: the `entry` that a graph names; empty for the file as a whole. */
  readonly entry: string;
  /** Whether the names have the prefix of DataParallel, which is not part of `shapes`. */
  readonly dataParallel: boolean;
  /** Shapes in PyTorch's layout, by the names of weights. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** A network of this project that a part of a file holds the weights of, or something else that it is known for. */
export interface Fit {
  /** Keys on the way there, joined by dots; empty for the file as a whole. */
  readonly entry: string;
  /** What it is, such as `StyleGAN2 generator`. */
  readonly network: string;
  /** The node type that takes it, where there is one. */
  readonly type?: string;
  /** What a graph has to say about it: parameters of that node type. */
  readonly params: Readonly<Record<string, number | string>>;
  /** More for people, such as channels. */
  readonly notes: readonly string[];
  /** What the network wants and the file does not have; empty where it loads. */
  readonly problems: readonly string[];
}

/** What a recogniser says of a part: a fit but for its entry and the prefix; undefined where it is something else. */
export type Recognised = Omit<Fit, 'entry'> | undefined;

/** Knows one network. */
export interface Recogniser {
  /** A weight that every such network has: where it is found, `recognise` is asked. */
  readonly key: string;
  readonly recognise: (part: Part) => Recognised;
}

/** Parts that a file is searched for: those of this project have a handful. */
const PARTS = 64;

/** The parts of a file that hold a weight of the given name. */
export function partsWith(key: string, tensors: readonly ListedTensor[]): Part[] {
  const entries = new Set<string>();
  for (const { name } of tensors) {
    const plain = name.replace(/(^|\.)(module\.)+/, '$1');
    if (plain === key) entries.add('');
    else if (plain.endsWith(`.${key}`)) entries.add(plain.slice(0, -key.length - 1));
    if (entries.size === PARTS) break;
  }
  return [...entries].map((entry) => partAt(entry, tensors));
}

/** The part of a file below a key. */
export function partAt(entry: string, tensors: readonly ListedTensor[]): Part {
  const shapes = new Map<string, readonly number[]>();
  let dataParallel = false;
  for (const { name, shape } of tensors) {
    const below =
      entry === '' ? name : name.startsWith(`${entry}.`) ? name.slice(entry.length + 1) : undefined;
    if (below === undefined) continue;
    const plain = below.replace(/^(module\.)+/, '');
    dataParallel ||= plain !== below;
    shapes.set(plain, shape);
  }
  return { entry, dataParallel, shapes };
}

/** Differences that are named one by one. */
const NAMED = 3;

/**
 * What a network wants that a part does not have in that shape.
 * @throws RangeError where the network cannot be built with these options
 */
export function problemsOf(
  part: Part,
  build: (scope: Scope) => unknown,
  { optional }: { readonly optional?: RegExp } = {},
): string[] {
  const wanted = weightShapes(build);
  const problems = [...wanted].flatMap(([name, own]) => {
    const shape = shapeToTorch(own);
    const found = part.shapes.get(name);
    if (!found) return optional?.test(name) ? [] : [`${name} is missing`];
    return `${found}` === `${shape}` ? [] : [`${name} is [${found}], not [${shape}]`];
  });
  if (problems.length <= NAMED) return problems;
  return [...problems.slice(0, NAMED), `and ${problems.length - NAMED} more of ${wanted.size} weights`];
}

/** The shape of a weight in this project's layout. */
export function ownShape(part: Part, name: string): readonly number[] | undefined {
  const shape = part.shapes.get(name);
  return shape && shapeFromTorch(shape);
}

/** One size of a weight in PyTorch's layout. */
export function sizeAt(part: Part, name: string, axis: number): number | undefined {
  return part.shapes.get(name)?.[axis];
}

/** How many of the names with 0, 1, 2, … in place of `*` a part has. */
export function countOf(part: Part, pattern: string, from = 0): number {
  let count = 0;
  while (part.shapes.has(pattern.replace('*', `${from + count}`))) count++;
  return count;
}

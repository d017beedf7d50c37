import { EngineError } from '../errors.ts';
import type { ProviderOptions } from '../session.ts';
import { Executor, nameOf } from './executor.ts';
import { attributesKey, type Content, type GraphNode, type Value } from './graph.ts';
import { planProgram } from './program.ts';

/** Programs of eager code repeat: the same operation on other numbers runs in the session made for the first. */
const CACHE_ENTRIES = 256;
/** Small leaves (shapes, axes, scalars) are part of a program, larger ones are fed. */
const INLINE_ELEMENTS = 16;

interface Cached {
  readonly executor: Executor;
  readonly leaves: readonly Value[];
  readonly targets: readonly Value[];
}

/** Evaluates recorded values outside compiled steps, keeping sessions by the structure of what they compute. */
export class LazyEvaluator {
  private readonly cache = new Map<string, Cached>();

  constructor(private readonly options: ProviderOptions) {}

  /** Gives every target its content and lets go of what it was computed from. */
  evaluate(targets: readonly Value[]): void {
    if (!targets.some((value) => value.producer)) return;
    const pending = withHeld(targets);
    const program = planProgram(pending, isInline);
    const { key, leaves } = describe(pending);
    let cached = this.cache.get(key);
    if (cached) this.cache.delete(key);
    else
      cached = {
        executor: new Executor(program, { ...this.options, name: 'eager evaluation' }),
        leaves,
        targets: pending,
      };
    this.cache.set(key, cached);
    this.trim();

    const fed = new Map(cached.leaves.map((leaf, i) => [leaf, leaves[i] as Value]));
    const results = cached.executor.run((leaf) => contentOf(fed.get(leaf) ?? leaf), new Set(cached.targets));
    cached.targets.forEach((target, i) => {
      const value = pending[i] as Value;
      value.content = results.get(target) as Content;
      value.producer = undefined;
    });
  }

  dispose(): void {
    for (const { executor } of this.cache.values()) executor.dispose();
    this.cache.clear();
  }

  private trim(): void {
    if (this.cache.size <= CACHE_ENTRIES) return;
    const [oldest] = this.cache;
    if (!oldest) return;
    this.cache.delete(oldest[0]);
    oldest[1].executor.dispose();
  }
}

function contentOf(leaf: Value): Content {
  if (leaf.content) return leaf.content;
  throw new EngineError(
    'reads-while-recording',
    `A tensor [${leaf.shape}] that exists only inside a compiled step was read outside.`,
    {
      hint: 'Return tensors from the step instead of keeping them.',
    },
  );
}

function isInline(leaf: Value): boolean {
  return leaf.type === 'int64' || (leaf.content?.kind === 'host' && leaf.size <= INLINE_ELEMENTS);
}

/** The targets and every value on the way to them that a tensor still holds. */
function withHeld(targets: readonly Value[]): Value[] {
  const wanted = new Set(targets.filter((value) => value.producer));
  const seen = new Set<GraphNode>();
  const open = [...wanted];
  for (let value = open.pop(); value; value = open.pop()) {
    if (!value.producer || seen.has(value.producer)) continue;
    seen.add(value.producer);
    for (const output of value.producer.outputs) if (output.holders > 0) wanted.add(output);
    for (const input of value.producer.inputs) if (input) open.push(input);
  }
  return [...wanted];
}

/** The structure of a computation as a key, with its leaves in order of appearance. */
function describe(targets: readonly Value[]): { key: string; leaves: Value[] } {
  const nodes = new Set<GraphNode>();
  const open = [...targets];
  for (let value = open.pop(); value; value = open.pop()) {
    if (!value.producer || nodes.has(value.producer)) continue;
    nodes.add(value.producer);
    for (const input of value.producer.inputs) if (input) open.push(input);
  }
  const ordered = [...nodes].sort((a, b) => a.id - b.id);
  const names = new Map<Value, string>();
  const leaves: Value[] = [];
  const name = (value: Value | undefined): string => {
    if (!value) return '-';
    const known = names.get(value);
    if (known) return known;
    const fresh = isInline(value)
      ? `c${value.type}${value.shape}=${inlineText(value)}`
      : `l${leaves.length}:${value.type}${value.shape}`;
    if (!isInline(value)) leaves.push(value);
    names.set(value, fresh);
    return fresh;
  };
  const lines = ordered.map((node, i) => {
    const inputs = node.inputs.map(name).join(';');
    node.outputs.forEach((output, j) => {
      names.set(output, `n${i}.${j}`);
    });
    const op =
      node.kind === 'onnx' ? `${node.domain}${node.op}` : `host:${node.op.name}:${identity(node.op)}`;
    const results = node.outputs.map((output) => `${output.type}${output.shape}`).join(';');
    return `${op}(${inputs})${attributesKey(node.attributes)}->${results}`;
  });
  return { key: `${lines.join('\n')}\n${targets.map(name).join(';')}`, leaves };
}

/** Operations of one name need not be the same. */
function identity(op: object): number {
  const known = identities.get(op) ?? ++identityCount;
  identities.set(op, known);
  return known;
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

function inlineText(value: Value): string {
  return value.content?.kind === 'host'
    ? Array.from(value.content.data as ArrayLike<number | bigint>, (item) =>
        Object.is(item, -0) ? '-0' : String(item),
      ).join()
    : nameOf(value);
}

import type { Dimension } from './dimension.ts';

/** A number plus multiples of unknown dimensions, by their identity. */
interface Linear {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, number>;
}

/** An unevaluated dimension, with the scope that its names belong to. */
export interface Dim {
  readonly text: Dimension;
  readonly scope: Scope;
}

/** What names and parameters of a node's port types mean. */
export interface Scope {
  /** Makes names of different nodes different. */
  readonly node: string;
  readonly params: { readonly [name: string]: unknown };
}

/** Two dimensions that cannot be equal, as people read them. */
export interface DimConflict {
  readonly given: string;
  readonly taken: string;
}

/** What an unknown was found to be, and by which connection. */
export interface Bound<Value, Link> {
  readonly value: Value;
  readonly link: Link;
  /** What the value was worked out from. */
  readonly uses: readonly string[];
}

const MAX_TERMS = 8;

/** Unknown dimensions and what is known about them. */
export class Unknowns<Link> {
  private readonly known = new Map<string, Bound<Linear, Link>>();

  /** How many are fixed. */
  get count(): number {
    return this.known.size;
  }

  get(name: string): Bound<Linear, Link> | undefined {
    return this.known.get(name);
  }

  /**
   * Makes two dimensions equal by fixing an unknown. Returns both as they are where they cannot be equal, and `later`
   * where that cannot be decided yet; `used` collects the unknowns that were looked up.
   */
  unify(left: Dim, right: Dim, link: Link, used: string[]): DimConflict | 'later' | undefined {
    const a = this.evaluate(left, used);
    const b = this.evaluate(right, used);
    if (!a || !b) return 'later' as const;
    const clash = () => ({ given: showLinear(a), taken: showLinear(b) });
    const difference = combine(a, b, 1, -1);
    const unknowns = [...difference.terms];
    if (unknowns.length === 0) return Math.abs(difference.constant) < 1e-9 ? undefined : clash();
    const [first] = unknowns;
    if (unknowns.length === 1 && first) {
      const value = clean(-difference.constant / first[1]);
      if (!Number.isInteger(value) || value < 1) return clash();
      return this.bindDim(first[0], { constant: value, terms: new Map() }, link, used);
    }
    // Prefer what the consumer's side leaves open, so that explanations run from producers to consumers.
    const unit = unknowns.reverse().find(([, factor]) => Math.abs(factor) === 1);
    if (!unit || unknowns.length > MAX_TERMS) return 'later' as const;
    const [name, factor] = unit;
    const terms = new Map([...difference.terms].filter(([other]) => other !== name));
    const value = combine({ constant: difference.constant, terms }, ZERO, -1 / factor, 0);
    if (value.constant <= 0 && [...value.terms.values()].every((n) => n <= 0)) return clash();
    return this.bindDim(name, value, link, used);
  }

  private bindDim(name: string, value: Linear, link: Link, uses: readonly string[]): undefined {
    this.known.set(name, { value, link, uses: [...uses] });
  }

  /** A dimension with everything known filled in; undefined for a product of unknowns. */
  evaluate({ text, scope }: Dim, used: string[]): Linear | undefined {
    if (text.kind === 'number') return { constant: text.value, terms: new Map() };
    if (text.kind === 'parameter') {
      const value = scope.params[text.name];
      return typeof value === 'number'
        ? { constant: value, terms: new Map() }
        : this.resolve(`${scope.node} $${text.name}`, used);
    }
    if (text.kind === 'name') return this.resolve(`${scope.node} ${text.name}`, used);
    if (text.kind === 'any') return this.resolve(`${scope.node} _`, used);
    const left = this.evaluate({ text: text.left, scope }, used);
    const right = this.evaluate({ text: text.right, scope }, used);
    if (!left || !right) return undefined;
    if (text.op === '+' || text.op === '-') return combine(left, right, 1, text.op === '+' ? 1 : -1);
    if (right.terms.size === 0)
      return combine(left, ZERO, text.op === '*' ? right.constant : 1 / right.constant, 0);
    return text.op === '*' && left.terms.size === 0 ? combine(right, ZERO, left.constant, 0) : undefined;
  }

  private resolve(name: string, used: string[]): Linear {
    let value: Linear = { constant: 0, terms: new Map([[name, 1]]) };
    for (let known = this.firstKnown(value); known; known = this.firstKnown(value)) {
      const [unknown, factor, bound] = known;
      used.push(unknown);
      const terms = new Map(value.terms);
      terms.delete(unknown);
      value = combine({ constant: value.constant, terms }, bound, 1, factor);
    }
    return value;
  }

  private firstKnown(value: Linear): [string, number, Linear] | undefined {
    for (const [name, factor] of value.terms) {
      const bound = this.known.get(name);
      if (bound) return [name, factor, bound.value];
    }
    return undefined;
  }

  /** A dimension as people read it, with everything known filled in. */
  show(dim: Dim): string {
    const value = this.evaluate(dim, []);
    return value ? showLinear(value) : '?';
  }
}

const ZERO: Linear = { constant: 0, terms: new Map() };

/** x·a + y·b */
function combine(a: Linear, b: Linear, x: number, y: number): Linear {
  const terms = new Map<string, number>();
  for (const [name, factor] of a.terms) terms.set(name, factor * x);
  for (const [name, factor] of b.terms) {
    const sum = clean((terms.get(name) ?? 0) + factor * y);
    if (sum === 0) terms.delete(name);
    else terms.set(name, sum);
  }
  if (x === 0) terms.clear();
  return { constant: clean(a.constant * x + b.constant * y), terms };
}

/** Rounds away what division left, so that 3·(1/3) is 1. */
function clean(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}

/** `2*B+1`, with the node's own names without the node. */
function showLinear({ constant, terms }: Linear): string {
  const parts = [...terms].map(([name, factor]) => {
    const short = name.slice(name.lastIndexOf(' ') + 1);
    return factor === 1 ? short : `${factor}*${short}`;
  });
  return parts.length === 0 || constant !== 0 ? [...parts, String(constant)].join('+') : parts.join('+');
}

import type { Dimension } from './dimension.ts';
import type { TensorType } from './port.ts';
import { type Bound, type Dim, type Scope, Unknowns } from './unknowns.ts';

/** A tensor's shape: fixed dimensions around at most one stretch of unknown rank. */
interface Shape {
  readonly before: readonly Dim[];
  readonly rest?: string;
  readonly after: readonly Dim[];
}

/** Two ends that must have the same shape; `link` is what a conflict is reported at. */
export interface ShapeConstraint<Link> {
  readonly given: { readonly type: TensorType; readonly scope: Scope; readonly instance: string };
  readonly taken: { readonly type: TensorType; readonly scope: Scope; readonly instance: string };
  readonly link: Link;
}

/** Why two ends cannot have the same shape. */
export interface ShapeConflict<Link> {
  readonly link: Link;
  readonly reason: string;
  /** Both shapes with everything that is known filled in. */
  readonly given: string;
  readonly taken: string;
  /** The connections that fixed the dimensions in conflict, nearest first. */
  readonly chain: readonly Link[];
}

const MAX_CHAIN = 12;

/**
 * Finds dimensions for which both ends of every constraint agree.
 *
 * Names are unknowns of their node, parameters are numbers, `...` is a stretch of any rank. Constraints that cannot be
 * decided yet (`2*A` against `3*B`, two open ranks) wait until others have fixed their unknowns; what stays open is
 * left to the run. Constraints are taken in the order given, so give producers before consumers.
 */
export function unifyShapes<Link>(constraints: readonly ShapeConstraint<Link>[]): ShapeConflict<Link>[] {
  const solver = new Solver<Link>();
  let waiting = constraints;
  const conflicts: ShapeConflict<Link>[] = [];
  for (let progress = true; progress && waiting.length > 0; ) {
    const later: ShapeConstraint<Link>[] = [];
    const before = solver.bindings;
    for (const constraint of waiting) {
      const outcome = solver.unify(constraint);
      if (outcome === 'later') later.push(constraint);
      else if (outcome) conflicts.push(outcome);
    }
    progress = solver.bindings > before;
    waiting = later;
  }
  return conflicts;
}

class Solver<Link> {
  private readonly dims = new Unknowns<Link>();
  private readonly rests = new Map<string, Bound<Shape, Link>>();

  /** Grows with every unknown that is fixed. */
  get bindings(): number {
    return this.dims.count + this.rests.size;
  }

  unify(constraint: ShapeConstraint<Link>): ShapeConflict<Link> | 'later' | undefined {
    const { link } = constraint;
    const uses: string[] = [];
    const given = this.expand(shapeOf(constraint.given), uses);
    const taken = this.expand(shapeOf(constraint.taken), uses);
    const fail = (reason: string): ShapeConflict<Link> => ({
      link,
      reason,
      given: this.show(given, constraint.given.type),
      taken: this.show(taken, constraint.taken.type),
      chain: this.chainOf(uses).filter((one) => one !== link),
    });
    const pairs = this.align(given, taken, link, uses);
    if (typeof pairs === 'string') return pairs === 'later' ? 'later' : fail(pairs);
    let later = pairs.later;
    for (const [left, right, name] of pairs.dims) {
      const used: string[] = [];
      const outcome = this.dims.unify(left, right, link, used);
      if (outcome === 'later') later = true;
      else if (outcome) {
        uses.push(...used);
        return fail(`${name} is ${outcome.given} there and ${outcome.taken} here`);
      }
    }
    return later ? 'later' : undefined;
  }

  /** Pairs the dimensions of two shapes and binds an open stretch; a text says why they cannot be paired. */
  private align(
    given: Shape,
    taken: Shape,
    link: Link,
    uses: readonly string[],
  ): { readonly dims: [Dim, Dim, string][]; readonly later: boolean } | string {
    const count = (shape: Shape) => shape.before.length + shape.after.length;
    const name = (i: number, fromEnd: boolean) => `axis ${fromEnd ? -1 - i : i}`;
    const front = (n: number) =>
      Array.from({ length: n }, (_, i): [Dim, Dim, string] => [
        given.before[i] as Dim,
        taken.before[i] as Dim,
        name(i, false),
      ]);
    const back = (n: number) =>
      Array.from({ length: n }, (_, i): [Dim, Dim, string] => [
        given.after[given.after.length - 1 - i] as Dim,
        taken.after[taken.after.length - 1 - i] as Dim,
        name(i, true),
      ]);
    if (given.rest === undefined && taken.rest === undefined) {
      return count(given) === count(taken)
        ? { dims: front(count(given)), later: false }
        : `rank ${count(given)} there and rank ${count(taken)} here`;
    }
    if (given.rest !== undefined && given.rest === taken.rest) {
      if (count(given) !== count(taken)) return 'a shape of open rank would contain itself';
      if (given.before.length !== taken.before.length) return 'later';
      return { dims: [...front(given.before.length), ...back(given.after.length)], later: false };
    }
    const [open, closed] =
      given.rest === undefined || (taken.rest !== undefined && longer(given, taken))
        ? [taken, given]
        : [given, taken];
    if (closed.rest === undefined) {
      if (count(closed) < count(open)) {
        return open === given
          ? `rank ${count(open)} or more there and rank ${count(closed)} here`
          : `rank ${count(closed)} there and rank ${count(open)} or more here`;
      }
      const all = closed.before;
      const split = {
        ...closed,
        before: all.slice(0, open.before.length),
        after: all.slice(all.length - open.after.length),
      };
      const middle = all.slice(open.before.length, all.length - open.after.length);
      this.bindRest(open.rest as string, { before: middle, after: [] }, link, uses);
      const [g, t] = open === given ? [given, split] : [split, taken];
      return this.pairs(g, t, name);
    }
    if (!longer(closed, open)) return 'later';
    this.bindRest(
      open.rest as string,
      {
        before: closed.before.slice(open.before.length),
        rest: closed.rest,
        after: closed.after.slice(0, closed.after.length - open.after.length),
      },
      link,
      uses,
    );
    return { dims: [...front(open.before.length), ...back(open.after.length)], later: false };
  }

  private pairs(given: Shape, taken: Shape, name: (i: number, fromEnd: boolean) => string) {
    const n = given.after.length;
    const dims: [Dim, Dim, string][] = [
      ...given.before.map((dim, i): [Dim, Dim, string] => [dim, taken.before[i] as Dim, name(i, false)]),
      ...given.after.map((dim, i): [Dim, Dim, string] => [dim, taken.after[i] as Dim, name(n - 1 - i, true)]),
    ];
    return { dims, later: false };
  }

  private bindRest(rest: string, value: Shape, link: Link, uses: readonly string[]): void {
    this.rests.set(rest, { value, link, uses });
  }

  /** Puts known stretches in place of `...`. */
  private expand(shape: Shape, uses: string[]): Shape {
    let at = shape;
    for (let known = at.rest === undefined ? undefined : this.rests.get(at.rest); known; ) {
      uses.push(at.rest as string);
      const { value } = known;
      const before = [...at.before, ...value.before];
      const after = [...value.after, ...at.after];
      at =
        value.rest === undefined
          ? { before: [...before, ...after], after: [] }
          : { before, rest: value.rest, after };
      known = at.rest === undefined ? undefined : this.rests.get(at.rest);
    }
    return at;
  }

  private chainOf(uses: readonly string[]): Link[] {
    const seen = new Set(uses);
    const links = new Set<Link>();
    for (const name of seen) {
      const bound = this.dims.get(name) ?? this.rests.get(name);
      if (!bound || links.size >= MAX_CHAIN) continue;
      links.add(bound.link);
      for (const next of bound.uses) seen.add(next);
    }
    return [...links];
  }

  private show(shape: Shape, type: TensorType): string {
    const dim = (one: Dim) => this.dims.show(one);
    const rest = shape.rest === undefined ? [] : ['...'];
    const known = [...shape.before.map(dim), ...rest, ...shape.after.map(dim)].join(',');
    return `${type.kind}[${known}]`;
  }
}

/** Whether one open shape has at least the other's dimensions on both sides of its `...`. */
function longer(one: Shape, other: Shape): boolean {
  return one.before.length >= other.before.length && one.after.length >= other.after.length;
}

function shapeOf(end: ShapeConstraint<unknown>['given']): Shape {
  const { type, scope, instance } = end;
  const { before, rest, after } = type;
  // `_` and a nameless `...` mean something else each time they are written: give them the port's own scope.
  let count = 0;
  const dim = (text: Dimension): Dim =>
    text.kind === 'any' ? { text, scope: { ...scope, node: `${instance}#${count++}` } } : { text, scope };
  return {
    before: before.map(dim),
    ...(rest !== undefined && { rest: rest === '' ? `${instance} ...` : `${scope.node} ...${rest}` }),
    after: after.map(dim),
  };
}

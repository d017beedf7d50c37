import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Valid documents: a batch, then nodes that each take earlier ones of the same width, an error and an optimizer that
 * trains every network on the way, with settings, stages and shared weights.
 */
export const validDocument: fc.Arbitrary<{ [key: string]: Json }> = fc
  .record({
    steps: fc.array(
      fc.record({
        kind: fc.constantFrom('add', 'scale', 'linear', 'twin', 'memory', 'mean'),
        a: fc.nat(),
        b: fc.nat(),
        factor: fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      }),
      { maxLength: 12 },
    ),
    columns: fc.integer({ min: 1, max: 8 }),
    rate: fc.double({ noNaN: true, min: 1e-6, max: 1 }),
    repeat: fc.integer({ min: 1, max: 4 }),
    title: fc.string().filter((text) => !text.startsWith('$')),
  })
  .map(({ steps, columns, rate, repeat, title }): { [key: string]: Json } => {
    const nodes: { [name: string]: Json } = {
      data: { type: 'toy/batch', params: { columns: '$columns' } },
      net: { type: 'toy/linear', in: { x: 'data.x' }, params: { features: '$columns' } },
    };
    const wide = ['data.x', 'net'];
    const pick = (i: number) => wide[i % wide.length] as string;
    for (const [i, { kind, a, b, factor }] of steps.entries()) {
      const name = `n${i}`;
      if (kind === 'add') nodes[name] = { type: 'toy/add', in: { a: pick(a), b: pick(b) } };
      if (kind === 'scale') nodes[name] = { type: 'toy/scale', in: { x: pick(a) }, params: { factor } };
      if (kind === 'memory') nodes[name] = { type: 'toy/replay', in: { x: pick(a) } };
      if (kind === 'mean') nodes[name] = { type: 'toy/mean', in: { x: pick(a) } };
      if (kind === 'linear' || kind === 'twin') {
        nodes[name] = {
          type: 'toy/linear',
          in: { x: pick(a) },
          weights: 'net',
          params: { features: '$columns' },
        };
      }
      if (kind !== 'mean') wide.push(name);
    }
    nodes.error = { type: 'toy/square-error', in: { a: 'net', b: 'data.x' } };
    nodes.more = { type: 'toy/square-error', in: { a: pick(wide.length - 1), b: 'net' } };
    nodes.total = {
      type: 'toy/total',
      in: { losses: { error: 'error', more: 'more.loss' } },
      params: { weights: { more: rate } },
    };
    nodes.opt = { type: 'toy/sgd', in: { loss: 'total' }, params: { train: ['net'], lr: '$rate' } };
    return {
      formatVersion: 1,
      title,
      settings: { columns, rate },
      nodes,
      schedule: [
        { pull: 'opt', times: 3 },
        { stage: 's', repeat, settings: { rate: rate / 2 }, steps: [{ pull: ['opt'] }] },
      ],
    };
  });

/** The same value with its keys in another order at every depth. */
export function shuffled(value: Json, turn: number): Json {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, turn));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]): [string, Json] => [key, shuffled(one, turn + 1)]);
  const at = entries.length === 0 ? 0 : turn % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].reverse());
}

const oddNames = [
  'nodes',
  'in',
  'params',
  'type',
  'constructor',
  'toString',
  '__proto__',
  'hasOwnProperty',
  '',
  'a.b',
  'a/b~c',
  '$x',
  'n0',
  'net',
  'length',
];
/** Values that tend to break readers. */
export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    1e308,
    1e9,
    0.5,
    '',
    '$',
    '$$',
    '$rate',
    '$nothing',
    'net',
    'data',
    'n0',
    'data.x',
    '.',
    'a.b.c',
    [],
    {},
    [[]],
  ),
  fc.constantFrom<Json>(
    'toy/add',
    'toy/concat',
    'toy/split',
    'toy/items',
    'toy/halve',
    'toy/projection',
    'toy/record',
    'constructor',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

interface Mutation {
  readonly place: number;
  readonly kind: 'replace' | 'remove' | 'rename' | 'add' | 'move';
  readonly name: string;
  readonly value: Json;
}

/** One change somewhere in a document. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom('replace', 'remove', 'rename', 'add', 'move'),
  name: fc.oneof(fc.constantFrom(...oddNames), fc.string()),
  value: oddValue,
});

/** Every object and array inside of a value. */
function containers(value: Json): (Json[] | { [key: string]: Json })[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

function define(object: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Applies a change in place. */
export function mutate(document: Json, { place, kind, name, value: given }: Mutation): void {
  const value = structuredClone(given);
  const all = containers(document);
  const target = all[place % all.length];
  if (!target) return;
  const keys = Object.keys(target);
  const key = keys[place % Math.max(1, keys.length)] ?? name;
  if (Array.isArray(target)) {
    if (kind === 'remove') target.splice(place % (target.length + 1), 1);
    else target[place % (target.length + 1)] = value;
    return;
  }
  if (kind === 'remove') delete target[key];
  else if (kind === 'replace') define(target, key, value);
  else if (kind === 'add') define(target, name, value);
  else {
    const old = Object.hasOwn(target, key) ? (target[key] as Json) : value;
    if (kind === 'rename') delete target[key];
    define(target, kind === 'rename' ? name : key, kind === 'move' ? structuredClone(old) : old);
  }
}

/** One change of the letters of a document. */
export const textEdit = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 8 }),
  insert: fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\\',
      '\u0000',
      '\ud800',
      '1e999',
      '//',
      '{{{{',
      '[[[[[[[[',
    ),
  ),
});

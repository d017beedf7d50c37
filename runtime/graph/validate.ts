import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { MEANING } from '../node.ts';
import type { Reporter } from './errors.ts';
import {
  entryOf,
  exists,
  fromPointer,
  type Json,
  type Located,
  nearestAt,
  type Path,
  toJson,
  toPointer,
} from './located.ts';
import { isUnresolved } from './settings.ts';
import type { Origin } from './source.ts';

/** What validation says: the value with defaults filled in, and Ajv's errors. */
export interface Validated {
  readonly value: Json;
  readonly errors: readonly ErrorObject[];
}

/** Validates a value against one schema. Defaults are filled into the value itself, so give one that is your own. */
export type Validate = (value: Json) => Validated;

/** Validates parameters: all errors, defaults filled in, no key beyond those of the schema at any depth. */
export function paramsValidator(schema: TSchema): Validate {
  return validator(closed(schema) as object, { defaults: true });
}

/** Compiles a JSON schema. Throws where the schema itself is wrong. */
export function validator(schema: object, { defaults }: { readonly defaults: boolean }): Validate {
  const compiled: ValidateFunction = compilerFor(defaults).compile(schema);
  return (value) => ({ errors: compiled(value) ? [] : [...(compiled.errors ?? [])], value });
}

const compilers = new Map<boolean, Ajv>();

/** Making a compiler takes longer than compiling with it: there is one with defaults and one without. */
function compilerFor(defaults: boolean): Ajv {
  let ajv = compilers.get(defaults);
  if (!ajv) {
    ajv = new Ajv({
      allErrors: true,
      strict: true,
      allowUnionTypes: true,
      useDefaults: defaults,
      verbose: true,
    });
    ajv.addKeyword({ keyword: MEANING });
    compilers.set(defaults, ajv);
  }
  return ajv;
}

/** A copy of a schema in which every object with stated properties refuses others, unless it says otherwise. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: { [key: string]: unknown } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, KEEP.has(key) ? value : closed(value)]),
  );
  if (copy.type === 'object' && 'properties' in copy && !('additionalProperties' in copy)) {
    copy.additionalProperties = false;
  }
  return copy;
}

/** Keywords whose values are data, not schemas. */
const KEEP = new Set(['default', 'const', 'enum', 'examples', 'required', MEANING]);

/** Where validated values stand in the document, and what to say about them. */
export interface ValidationPlace {
  readonly root: Located;
  /** Path of `root` in the resolved document. */
  readonly path: Path;
  readonly node?: string;
  /** What was merged into `root` and stands elsewhere: values of a stage. */
  readonly overlay?: { readonly root: Located; readonly path: Path };
}

/** Turns Ajv's errors into graph errors at the places where the values were written. */
export function reportInvalid(
  errors: readonly ErrorObject[],
  place: ValidationPlace,
  report: Reporter,
): void {
  const unions = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  for (const error of errors) {
    const inUnion = unions.some(
      (union) => union !== error && error.schemaPath.startsWith(`${union.schemaPath}/`),
    );
    if (!inUnion && error.keyword !== 'if') reportOne(error, place, report);
  }
}

function reportOne(error: ErrorObject, place: ValidationPlace, report: Reporter): void {
  const steps = fromPointer(error.instancePath);
  const at = nearestAt(place.root, steps);
  if (isUnresolved(at)) return;
  const { path } = place.overlay && exists(place.overlay.root, steps) ? place.overlay : place;
  const pointer = toPointer([...path, ...steps]);
  const node = place.node === undefined ? {} : { node: place.node };
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const key = String(error.params.additionalProperty);
    const among = Object.keys(error.parentSchema?.properties ?? {});
    report.add('unknown-key', entryOf(at, key)?.key ?? at.origin, {
      ...node,
      pointer: `${pointer}${toPointer([key])}`,
      found: `"${key}"`,
      ...(among.length > 0 && { expected: among.map((name) => `"${name}"`).join(', ') }),
      wrong: key,
      among,
    });
  } else if (
    error.keyword === 'propertyNames' ||
    (error.keyword === 'pattern' && error.propertyName !== undefined)
  ) {
    if (error.keyword === 'propertyNames') return;
    const key = String(error.propertyName);
    report.add('bad-name', entryOf(at, key)?.key ?? at.origin, {
      ...node,
      pointer: `${pointer}${toPointer([key])}`,
      found: `"${key}"`,
    });
  } else if (error.keyword === 'required') {
    const key = String(error.params.missingProperty);
    report.add('missing-key', opening(at), {
      ...node,
      pointer: `${pointer}${toPointer([key])}`,
      expected: `"${key}"`,
    });
  } else {
    const options = optionsOf(error);
    const value = toJson(at);
    report.add(codeOf(error.keyword), at.origin, {
      ...node,
      pointer,
      found: describe(value),
      expected: expectation(error),
      ...(options.length > 0 && typeof value === 'string' && { wrong: value, among: options }),
    });
  }
}

function codeOf(keyword: string) {
  if (keyword === 'type') return 'wrong-type';
  if (keyword === 'enum' || keyword === 'const' || keyword === 'anyOf' || keyword === 'oneOf')
    return 'not-allowed';
  return 'out-of-range';
}

const COMPARISONS: { readonly [sign: string]: string } = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};

function expectation(error: ErrorObject): string {
  const { keyword, params } = error;
  if (keyword === 'type') return [params.type].flat().map(article).join(' or ');
  if ('comparison' in params) return `${COMPARISONS[params.comparison] ?? params.comparison} ${params.limit}`;
  if (keyword === 'multipleOf') return `a multiple of ${params.multipleOf}`;
  if (keyword === 'minItems' || keyword === 'minLength') return `a length of at least ${params.limit}`;
  if (keyword === 'maxItems' || keyword === 'maxLength') return `a length of at most ${params.limit}`;
  if (keyword === 'pattern') return `a text like ${params.pattern}`;
  const options = optionsOf(error);
  if (options.length > 0) return options.map((option) => JSON.stringify(option)).join(' or ');
  if (keyword === 'anyOf' || keyword === 'oneOf') {
    const types = (error.schema as readonly { readonly type?: string }[]).map((branch) =>
      article(branch.type ?? 'value'),
    );
    return [...new Set(types)].join(' or ');
  }
  return error.message ?? keyword;
}

function article(type: string): string {
  const words: { readonly [type: string]: string } = {
    integer: 'a whole number',
    object: 'an object',
    array: 'an array',
    string: 'a text',
  };
  return words[type] ?? `a ${type}`;
}

/** The values that an enumeration or a union of literals allows, when that is all it is. */
function optionsOf(error: ErrorObject): string[] {
  if (error.keyword === 'enum') return (error.params.allowedValues as unknown[]).map(String);
  if (error.keyword === 'const') return [String(error.params.allowedValue)];
  if (error.keyword !== 'anyOf') return [];
  const branches = error.schema as readonly { readonly const?: unknown }[];
  return branches.every((branch) => 'const' in branch) ? branches.map((branch) => String(branch.const)) : [];
}

/** A value as errors show it: short, and saying what it is. */
export function describe(value: Json): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The opening brace of an object, for what is missing in it. */
export function opening(located: Located): Origin {
  return { ...located.origin, length: 1 };
}

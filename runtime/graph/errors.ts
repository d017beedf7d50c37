import { nearest } from './nearest.ts';
import { type Excerpt, excerptOf, type Origin, type Position, positionOf } from './source.ts';

/**
 * Every error of a graph document or a node definition: what it says and the way out. `{name}` stands for a field of
 * the error. `docs/errors.md` describes the same codes with an example each; a test holds the two together.
 */
export const CATALOGUE = {
  // Reading
  unreadable: {
    message: 'Cannot read {found}: {reason}',
    hint: 'Give the path of a graph file, or the name of an official graph.',
  },
  'bad-json': { message: 'Not valid JSON: {reason}', hint: 'Comments and trailing commas are not allowed.' },
  'duplicate-key': {
    message: 'The key {found} appears twice in one object',
    hint: 'Only one of the two would count: remove the other.',
  },
  'reserved-key': { message: 'The key {found} is reserved', hint: 'Choose another name.' },
  'extends-not-found': {
    message: 'The graph {found} that this one extends cannot be read: {reason}',
    hint: 'Write a path relative to this file ("./base.json") or the name of an official graph.',
  },
  'extends-cycle': { message: 'A graph extends itself: {found}', hint: 'Remove one "extends" of the chain.' },
  'bad-override': {
    message: 'Cannot understand the override {found}: {reason}',
    hint: 'Write --set path.to.value=JSON, such as --set nodes.total.params.weights.smooth=0.1.',
  },
  'format-newer': {
    message: 'The document has format version {found}; this program reads up to {expected}',
    hint: 'Install a newer gan2shape.',
  },
  // Form
  'unknown-key': { message: 'Unknown key {found}', hint: 'Remove it, or correct its name.' },
  'missing-key': { message: 'The key {expected} is missing', hint: 'Add it.' },
  'wrong-type': {
    message: 'Found {found}, expected {expected}',
    hint: 'Change the value, or the setting it comes from.',
  },
  'out-of-range': {
    message: 'Found {found}, expected {expected}',
    hint: 'Change the value, or the setting it comes from.',
  },
  'not-allowed': {
    message: 'Found {found}, expected {expected}',
    hint: 'Change the value, or the setting it comes from.',
  },
  'bad-name': {
    message: '{found} is no name',
    hint: 'Names begin with a letter and hold letters, digits, "_" and "-".',
  },
  'misplaced-key': { message: 'The key {found} has no meaning here: {reason}', hint: 'Remove it.' },
  // Settings
  'unknown-setting': {
    message: 'There is no setting {found}',
    hint: 'Add it to "settings"; for a text that begins with "$", write "$$".',
  },
  'unused-setting': {
    message: 'The setting {found} is given a value, but nothing refers to it',
    hint: 'Correct its name, or refer to it as "$name".',
  },
  'setting-cycle': {
    message: 'Settings refer to each other in a circle: {found}',
    hint: 'Give one of them a value.',
  },
  // Nodes and connections
  'unknown-type': {
    message: 'There is no node type {found}',
    hint: '`gan2shape nodes` lists them; load your own with --nodes FOLDER.',
  },
  'type-newer': {
    message: 'The node asks for version {found} of {type}; this program has version {expected}',
    hint: 'Install a newer gan2shape.',
  },
  'type-older': {
    message: 'The node asks for version {found} of {type}, which cannot be brought to version {expected}',
    hint: 'Rewrite its parameters for the current version and state that version.',
  },
  'unknown-node': { message: 'There is no node {found}', hint: 'Add the node, or correct the name.' },
  'bad-reference': { message: '{found} is no reference to an output', hint: 'Write "node" or "node.port".' },
  'unknown-port': { message: 'The node type {type} has no input {found}', hint: 'Its inputs: {expected}.' },
  'unknown-output': { message: 'The node {source} has no output {found}', hint: 'Its outputs: {expected}.' },
  'which-output': { message: 'The node {found} has several outputs', hint: 'Say which: {expected}.' },
  'missing-input': {
    message: 'The input {port} of node {node} is not connected',
    hint: 'It takes {expected}: add it to "in".',
  },
  'wrong-connection': {
    message: 'Found {found}, expected {expected}',
    hint: 'One tensor is "node.port", a list is an array of these, a map an object of these.',
  },
  'dtype-conflict': {
    message: 'The input {port} takes {expected}, but {source} gives {found}',
    hint: 'Connect an output of that kind, or convert between them with a node.',
  },
  'shape-conflict': {
    message: 'The input {port} takes {expected}, but {source} gives {found}: {reason}',
    hint: 'Change a parameter or setting at either end, or put a node between them.',
  },
  'bad-dimension': {
    message: 'A dimension of {port}, {found}, comes out as {reason}',
    hint: 'Dimensions are whole numbers of at least 1: change the parameter.',
  },
  cycle: {
    message: 'Nodes depend on each other in a circle: {found}',
    hint: 'Cut it with a buffer, the only legal way back.',
  },
  // Weights and optimizers
  'trains-nothing': {
    message: 'The optimizer {node} trains no network',
    hint: 'Name at least one network in {port}.',
  },
  'trains-frozen': {
    message: 'The optimizer {node} trains {found}, which is frozen',
    hint: 'Set "frozen": false on that network, or train another.',
  },
  'trains-unreached': {
    message: 'The optimizer {node} trains {found}, but its loss does not depend on that network',
    hint: 'Connect the network to the loss (buffers cut the gradient), or do not train it here.',
  },
  'not-a-network': { message: '{found} has no weights of its own: it is {reason}', hint: 'Name a network.' },
  'weights-mismatch': {
    message: '{node} cannot use the weights of {found}: {reason}',
    hint: 'Nodes that share weights have the same type and the same parameters.',
  },
  'untrained-network': {
    message:
      'The schedule uses the network {node}, but no schedule step trains it and no checkpoint fills it',
    hint: 'Train it with an optimizer that the schedule pulls, or give it a checkpoint.',
  },
  // Schedule
  'empty-schedule': {
    message: 'The schedule pulls nothing',
    hint: 'Add a step such as { "pull": "optimizer", "times": 100 }.',
  },
  'pulls-unknown': {
    message: 'The schedule pulls {found}, but there is no such node',
    hint: 'Correct the name.',
  },
  'bad-step': {
    message: 'A schedule step either pulls ("pull") or groups others ("steps"); this one has {found}',
    hint: 'Write { "pull": "node", "times": 10 } or { "stage": "name", "repeat": 3, "steps": […] }.',
  },
  'schedule-too-long': {
    message: 'The schedule unrolls to more than {expected} steps',
    hint: 'Use "times" for many pulls of one node.',
  },
  // A picture in place of a graph's own
  'picture-without-place': {
    message: 'A picture takes the place of one node of {expected}; this graph has {found}',
    hint: 'Give a graph of the method, or name the picture in the parameters of its source.',
  },
  'picture-without-latent': {
    message: 'The node {node} needs {found}, the latent of a picture, and this graph does not find it itself',
    hint: 'Run gan2shape project PICTURE --gan FILE --out runs/mine, then this graph, without --image, with {expected}',
  },
  'picture-without-truth': {
    message: 'The optimizer {node} learns from {found}, which a picture alone does not have',
    hint: 'Give a graph that learns from the picture alone.',
  },
  // Node definitions
  'node-folder-unreadable': {
    message: 'The folder of node files {file} cannot be read: {reason}',
    hint: 'Give the path of a folder with node files.',
  },
  'node-unloadable': {
    message: 'The node file {file} cannot be loaded: {reason}',
    hint: 'Run it with node to see the full error.',
  },
  'node-missing': {
    message: 'The file {file} exports {found}',
    hint: 'Export one defineNode({…}); name helper files with a leading underscore.',
  },
  'node-invalid': {
    message: 'The node type {type} is not well defined: {reason}',
    hint: 'Correct the definition in {file}.',
  },
  'node-duplicate': {
    message: 'The node type {type} is defined in {file} and in {other}',
    hint: 'Rename one of them.',
  },
} as const satisfies Record<string, { readonly message: string; readonly hint: string }>;

export type GraphErrorCode = keyof typeof CATALOGUE;

/** A second place that explains an error: the setting behind a value, a link of a chain of shapes. */
export interface Related extends Position {
  readonly message: string;
}

/** One thing that is wrong with a graph, as data. */
export interface GraphError extends Position {
  readonly code: GraphErrorCode;
  readonly message: string;
  readonly hint: string;
  /** JSON pointer into the resolved document. */
  readonly pointer: string;
  readonly node?: string;
  readonly port?: string;
  readonly found?: string;
  readonly expected?: string;
  /** The valid name that comes closest to what was found. */
  readonly nearest?: string;
  readonly related: readonly Related[];
  readonly excerpt: Excerpt;
}

/** What the reporter of an error knows; `{…}` in the catalogue's texts refers to these fields. */
export interface ErrorDetails {
  readonly pointer?: string;
  readonly node?: string;
  readonly port?: string;
  readonly found?: string;
  readonly expected?: string;
  readonly reason?: string;
  readonly type?: string;
  readonly source?: string;
  /** The misspelt word and the words that it may have meant. */
  readonly wrong?: string;
  readonly among?: Iterable<string>;
  readonly related?: readonly { readonly message: string; readonly at: Origin }[];
}

/** Fills the `{field}` places of a catalogue text. */
export function fill(template: string, fields: { readonly [name: string]: unknown }): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? '?'));
}

/** Suggestions cost a comparison with every candidate: a document with thousands of errors gets this many. */
const SUGGESTIONS = 50;

/** Collects errors, each once, so that one check reports all of them. */
export class Reporter {
  private readonly found = new Map<string, GraphError>();

  /** Begins with errors that were found before. */
  constructor(errors: readonly GraphError[] = []) {
    for (const error of errors) this.found.set(keyOf(error.code, error, error.message), error);
  }

  /** Adds an error at `at`. The same code at the same place with the same message counts once. */
  add(code: GraphErrorCode, at: Origin, details: ErrorDetails = {}): void {
    const { node, port, found, expected } = details;
    const message = fill(CATALOGUE[code].message, { ...details });
    const position = positionOf(at);
    const key = keyOf(code, position, message);
    if (this.found.has(key)) return;
    const guess =
      details.wrong !== undefined && details.among && this.found.size < SUGGESTIONS
        ? nearest(details.wrong, details.among)
        : undefined;
    const related = [...(details.related ?? [])];
    if (at.via) related.push({ message: 'the value comes from this setting', at: at.via });
    this.found.set(key, {
      code,
      message,
      hint: fill(CATALOGUE[code].hint, { ...details }),
      ...position,
      pointer: details.pointer ?? '',
      ...(node !== undefined && { node }),
      ...(port !== undefined && { port }),
      ...(found !== undefined && { found }),
      ...(expected !== undefined && { expected }),
      ...(guess !== undefined && { nearest: guess }),
      related: related.map((one) => ({ message: one.message, ...positionOf(one.at) })),
      excerpt: excerptOf(at),
    });
  }

  /** The errors by file, line and column. */
  get errors(): GraphError[] {
    return [...this.found.values()].sort(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code),
    );
  }

  get count(): number {
    return this.found.size;
  }
}

function keyOf(code: string, { file, line, column }: Position, message: string): string {
  return JSON.stringify([code, file, line, column, message]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Thrown where a graph was needed and the document has errors: it carries all of them. */
export class InvalidGraph extends Error {
  override readonly name = 'InvalidGraph';

  constructor(readonly errors: readonly GraphError[]) {
    const first = errors[0];
    const where = first ? `${first.file}:${first.line}:${first.column}: ${first.message}` : 'no error';
    super(errors.length > 1 ? `${where} (and ${errors.length - 1} more)` : where);
  }
}

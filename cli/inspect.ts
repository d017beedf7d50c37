import { type Checkpoint, openCheckpoint, TensorEntry, type TreeValue } from '../runtime/formats/index.ts';
import { OpaqueObject } from '../runtime/formats/tree.ts';
import { columns, widest } from './action.ts';
import { type Fit, fitsOf } from './fits/index.ts';

/** One tensor of a report. */
export interface InspectedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** What a file of tensors holds. */
export interface InspectReport {
  readonly file: string;
  readonly format: Checkpoint['format'];
  /** Size of the file. */
  readonly fileBytes: number;
  /** Texts that a safetensors file carries along. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The outline: one line for each key near the root, indented by depth, with what lies below it. */
  readonly outline: readonly string[];
  readonly tensors: readonly InspectedTensor[];
  /** Sums over the tensors, where views of shared storage count each. */
  readonly totals: { readonly tensors: number; readonly elements: number; readonly bytes: number };
  /** Networks of this project, and other things that it reads, that the tensors are. */
  readonly fits: readonly Fit[];
}

export interface InspectOptions {
  /** What becomes of unknown classes: an error (default), or inert objects in the outline. */
  readonly unknown?: 'refuse' | 'opaque';
  /** Whether every element is read once, which finds damage that a list does not show. */
  readonly verify?: boolean;
}

/** Levels of the outline, and keys of one level before the rest is summed up. */
const DEPTH = 3;
const KEYS = 12;

/**
 * Lists what a checkpoint holds, without reading elements unless it is asked to.
 * @throws CheckpointError as {@link openCheckpoint} does, and as reading does
 */
export async function inspectCheckpoint(path: string, options: InspectOptions = {}): Promise<InspectReport> {
  const checkpoint = await openCheckpoint(path, { unknown: options.unknown });
  try {
    if (options.verify) for (const { name } of checkpoint.tensors()) await checkpoint.read(name);
    const tensors = checkpoint
      .tensors()
      .map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes }));
    const elements = tensors.map(({ shape }) => shape.reduce((count, size) => count * size, 1));
    return {
      file: checkpoint.file,
      format: checkpoint.format,
      fileBytes: checkpoint.bytes,
      metadata: Object.fromEntries(checkpoint.metadata),
      outline: checkpoint.format === 'safetensors' ? [] : [...outline(checkpoint.tree(), '', 0)],
      tensors,
      totals: {
        tensors: tensors.length,
        elements: elements.reduce((sum, count) => sum + count, 0),
        bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
      },
      fits: fitsOf(tensors),
    };
  } finally {
    checkpoint.close();
  }
}

function* outline(value: TreeValue, key: string, depth: number): Generator<string> {
  const children = childrenOf(value);
  // A dict of nothing but tensors is a state dict: one line says it.
  const plain = children.length > 0 && children.every(([, child]) => child instanceof TensorEntry);
  yield `${'  '.repeat(depth)}${key && `${key}: `}${summary(value, plain)}`;
  if (plain || depth >= DEPTH) return;
  for (const [name, child] of children.slice(0, KEYS)) yield* outline(child, name, depth + 1);
  if (children.length > KEYS) yield `${'  '.repeat(depth + 1)}… ${children.length - KEYS} more`;
}

function childrenOf(value: TreeValue): [key: string, child: TreeValue][] {
  if (value instanceof Map) return [...value].map(([key, child]) => [keyText(key), child]);
  if (value instanceof OpaqueObject) return [...value.parts].map(([key, child]) => [key, child]);
  return Array.isArray(value) ? value.map((child, i) => [`${i}`, child]) : [];
}

function keyText(key: TreeValue): string {
  return typeof key === 'object' && key !== null ? '?' : printable(`${key}`, 60);
}

function summary(value: TreeValue, plain: boolean): string {
  if (value instanceof TensorEntry) return `${value.dtype} [${value.shape.join(', ')}]`;
  if (value instanceof OpaqueObject) return `object of ${printable(value.type, 80)} (not loaded)`;
  if (value instanceof Map) return plain ? counted(value.size, 'tensor') : `dict of ${value.size}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value))
    return plain ? `list of ${counted(value.length, 'tensor')}` : `list of ${value.length}`;
  return typeof value === 'string' ? JSON.stringify(printable(value, 60)) : `${value}`;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** Text from a file without what could steer a terminal. */
function printable(text: string, limit: number): string {
  const safe = text.replaceAll(/\p{C}/gu, '\ufffd');
  return safe.length > limit ? `${safe.slice(0, limit)}…` : safe;
}

const FORMATS: Readonly<Record<Checkpoint['format'], string>> = {
  'torch-zip': 'PyTorch (zip, since 1.6)',
  'torch-legacy': 'PyTorch (legacy, before 1.6)',
  safetensors: 'safetensors',
};

export interface RenderOptions {
  /** Whether each tensor has a line (default), or only their sum. */
  readonly tensors?: 'each' | 'sum';
}

/** The report for people. */
export function renderInspectText(
  report: InspectReport,
  { tensors: detail = 'each' }: RenderOptions = {},
): string {
  const { totals, tensors } = report;
  const widths = {
    name: Math.max(4, widest(tensors.map(({ name }) => label(name)))),
    dtype: Math.max(5, widest(tensors.map(({ dtype }) => dtype))),
    bytes: Math.max(4, widest(tensors.map(({ bytes }) => size(bytes)))),
  };
  const rows = tensors.map(
    ({ name, dtype, shape, bytes }) =>
      `  ${label(name).padEnd(widths.name)}  ${dtype.padEnd(widths.dtype)}  ${size(bytes).padStart(widths.bytes)}  [${shape.join(', ')}]`,
  );
  const metadata = Object.entries(report.metadata).map(
    ([key, text]) => `  ${printable(key, 60)}: ${printable(text, 200)}`,
  );
  return [
    `${report.file}: ${FORMATS[report.format]}, ${size(report.fileBytes)}`,
    ...section('fits', fitLines(report.fits)),
    ...section('metadata', metadata),
    ...section(
      'contents',
      report.outline.map((line) => `  ${line}`),
    ),
    ...section('tensors', detail === 'each' ? rows : []),
    '',
    `${counted(totals.tensors, 'tensor')}, ${counted(totals.elements, 'element')}, ${size(totals.bytes)}`,
  ].join('\n');
}

/** What the tensors are, with the entry that graphs name and the node type that takes it. */
function fitLines(fits: readonly Fit[]): string[] {
  if (fits.length === 0) return ['  nothing that this project knows'];
  const rows = fits.map(({ entry, network, type, notes }) => [
    `  ${entry === '' ? '(the file)' : printable(entry, 60)}`,
    network,
    type ?? '',
    notes.join(', '),
  ]);
  const lines = columns(rows).split('\n');
  return fits.flatMap(({ problems }, i) => [
    lines[i] as string,
    ...problems.map((problem) => `      but ${printable(problem, 160)}`),
  ]);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines] : [];
}

function label(name: string): string {
  return name === '' ? '(the file itself)' : printable(name, 120);
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

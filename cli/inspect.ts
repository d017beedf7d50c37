import { type Checkpoint, openCheckpoint, TensorEntry, type TreeValue } from '../runtime/formats/index.ts';
import { OpaqueObject } from '../runtime/formats/tree.ts';

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
  /** Networks that the tensors fit, by name. */
  readonly fits: readonly string[];
}

export interface InspectOptions {
  /** Names the networks that the tensors fit. */
  readonly fits?: (tensors: readonly InspectedTensor[]) => readonly string[];
  /** What becomes of unknown classes: an error (default), or inert objects in the outline. */
  readonly unknown?: 'refuse' | 'opaque';
}

/** Levels of the outline, and keys of one level before the rest is summed up. */
const DEPTH = 3;
const KEYS = 12;

/** Lists what a checkpoint holds, without reading elements. Errors: those of {@link openCheckpoint}. */
export async function inspectCheckpoint(path: string, options: InspectOptions = {}): Promise<InspectReport> {
  const checkpoint = await openCheckpoint(path, { unknown: options.unknown });
  try {
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
      fits: options.fits?.(tensors) ?? [],
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
  if (value instanceof Map) return plain ? `${value.size} tensors` : `dict of ${value.size}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return plain ? `list of ${value.length} tensors` : `list of ${value.length}`;
  return typeof value === 'string' ? JSON.stringify(printable(value, 60)) : `${value}`;
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

/** The report for people. */
export function renderInspectText(report: InspectReport): string {
  const { totals, tensors } = report;
  const widths = {
    name: Math.max(4, ...tensors.map(({ name }) => label(name).length)),
    dtype: Math.max(5, ...tensors.map(({ dtype }) => dtype.length)),
    bytes: Math.max(4, ...tensors.map(({ bytes }) => size(bytes).length)),
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
    ...(report.fits.length > 0 ? [`fits ${report.fits.join(', ')}`] : []),
    ...section('metadata', metadata),
    ...section(
      'contents',
      report.outline.map((line) => `  ${line}`),
    ),
    ...section('tensors', rows),
    '',
    `${totals.tensors} tensors, ${totals.elements.toLocaleString('en')} elements, ${size(totals.bytes)}`,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines] : [];
}

function label(name: string): string {
  return name === '' ? '(the file itself)' : printable(name, 120);
}

/** The report for programs: one JSON document. */
export function renderInspectJson(report: InspectReport): string {
  return JSON.stringify(report, null, 2);
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { gridMesh } from '../../runtime/formats/mesh.ts';
import { toGlb } from '../../runtime/formats/mesh-glb.ts';
import type { NewEvent, RunEvent } from '../../runtime/run/events.ts';

export const png = (size: number, grey = 128): Promise<Buffer> =>
  sharp({ create: { width: size, height: size, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();

/** Noise, which no coding makes small. */
export function noise(width: number, height: number, seed = 1): Promise<Buffer> {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A flat square of `size`² vertices in depth 1, with a picture. */
export async function glb(size = 4): Promise<Buffer> {
  const points = Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % size) / (size - 1) - 0.5, Math.floor(pixel / size) / (size - 1) - 0.5, 1][
      i % 3
    ] as number;
  });
  const normals = Float32Array.from({ length: size * size * 3 }, (_, i) => (i % 3 === 2 ? 1 : 0));
  return Buffer.from(toGlb(gridMesh({ size, points, normals, scale: 1 }), { texture: await png(8) }));
}

export async function animation(): Promise<Buffer> {
  const frames = Uint8Array.from({ length: 8 * 8 * 3 * 3 }, (_, i) => i % 251);
  return sharp(frames, { raw: { width: 8, height: 24, channels: 3, pageHeight: 8 } })
    .webp({ loop: 0, delay: [100, 100, 100] })
    .toBuffer();
}

export interface FakeRun {
  readonly events?: readonly NewEvent[];
  readonly files?: Readonly<Record<string, Buffer | string>>;
  readonly record?: unknown;
  readonly document?: unknown;
}

/** The folder of a run that never was; its events lie 100 ms apart. */
export function fakeRun({ events = [], files = {}, record, document }: FakeRun): string {
  const folder = mkdtempSync(join(tmpdir(), 'gan2shape-report-'));
  const all: Record<string, Buffer | string> = {
    ...files,
    'events.jsonl': timed(events)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
    ...(record !== undefined && { 'run.json': JSON.stringify(record) }),
    ...(document !== undefined && { 'graph.json': JSON.stringify(document) }),
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export const BEGIN = 1_700_000_000_000;

export function timed(events: readonly NewEvent[]): RunEvent[] {
  return events.map((event, i) => ({ time: BEGIN + 100 * i, ...event }) as RunEvent);
}

export function started(items: readonly string[], more: object = {}): NewEvent {
  return {
    kind: 'run-started',
    run: 'fake',
    folder: '/nowhere',
    graph: { name: 'toy', hash: 'abcdef0123456789' },
    seed: 7,
    engine: { name: 'cpu', threads: 2, reason: 'asked for' },
    items,
    nodes: [{ name: 'loss', type: 'loss/l1', title: 'Mean absolute error', role: 'operation', inputs: [] }],
    stages: [{ name: 'fit', pulls: [{ node: 'train', times: 4 }] }],
    pullsPerItem: 4,
    ...more,
  };
}

export function pull(item: string, step: number, values: Record<string, number>, stage = 'fit'): NewEvent {
  return {
    kind: 'pull',
    item,
    stage,
    node: 'train',
    done: step,
    times: 4,
    step,
    total: 4,
    values,
    milliseconds: 1,
  };
}

export const metric = (item: string, name: string, value: number, more: object = {}): NewEvent => ({
  kind: 'metric',
  item,
  node: 'metrics',
  name,
  value,
  step: 4,
  better: 'lower',
  ...more,
});

export const image = (item: string, name: string, path: string, node = name): NewEvent => ({
  kind: 'image',
  item,
  node,
  name,
  path,
  width: 8,
  height: 8,
  step: 4,
});

export const file = (item: string, path: string): NewEvent => ({
  kind: 'file',
  item,
  node: 'n',
  path,
  bytes: 1,
});

export const completed: NewEvent = {
  kind: 'run-finished',
  status: 'completed',
  milliseconds: 1000,
  failedItems: [],
};

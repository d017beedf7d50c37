import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeReport } from '../../runtime/report/index.ts';
import type { RunRecord } from '../../runtime/run/folder.ts';
import {
  animation,
  BEGIN,
  completed,
  type FakeRun,
  fakeRun,
  file,
  glb,
  image,
  metric,
  noise,
  png,
  pull,
  started,
} from './fake-run.ts';
import { type Element, readStrictly } from './well-formed.ts';

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;\u202e`;

const RECORD: RunRecord = {
  formatVersion: 1,
  run: 'toy',
  started: BEGIN,
  graph: { name: 'toy', hash: 'abc' },
  seed: 7,
  engine: 'cpu',
  workingFolder: '/home/me',
  registry: { nodes: [] },
};

interface Page {
  readonly text: string;
  readonly elements: readonly Element[];
  readonly folder: string;
  readonly written: Awaited<ReturnType<typeof writeReport>>;
}

async function report(run: FakeRun, options?: Parameters<typeof writeReport>[1]): Promise<Page> {
  const folder = fakeRun(run);
  const written = await writeReport(folder, options);
  const text = readFileSync(written.path, 'utf8');
  return { text, elements: readStrictly(text), folder, written };
}

const named = ({ elements }: Page, name: string) => elements.filter((element) => element.name === name);
const ofClass = ({ elements }: Page, name: string) =>
  elements.filter(({ attributes }) => attributes.get('class')?.split(' ').includes(name));

/** A run of two items with everything that a page can show. */
async function full(names: readonly [string, string] = ['first', 'second']): Promise<FakeRun> {
  const [a, b] = names;
  return {
    events: [
      started(names),
      { kind: 'item-started', item: a, index: 0, count: 2 },
      { kind: 'stage-started', item: a, stage: 'fit', index: 0 },
      pull(a, 1, { loss: 3, 'loss.term': 2 }),
      pull(a, 2, { loss: 2, 'loss.term': 1 }),
      metric(a, 'SIDE', 0.0123),
      image(a, 'input', 'images/a/input.png'),
      image(a, 'albedo', 'images/a/albedo.png'),
      image(a, 'sheet', 'images/a/sheet-000001.png'),
      image(a, 'sheet', 'images/a/sheet-000002.png'),
      file(a, 'images/a/rotation.webp'),
      file(a, 'files/a/mesh.glb'),
      { kind: 'item-finished', item: a, milliseconds: 5 },
      { kind: 'memory', residentBytes: 1_234_000_000, tensors: 3 },
      completed,
    ],
    files: {
      'images/a/input.png': await png(8),
      'images/a/albedo.png': await png(8, 90),
      'images/a/sheet-000001.png': await png(8, 10),
      'images/a/sheet-000002.png': await png(8, 20),
      'images/a/rotation.webp': await animation(),
      'files/a/mesh.glb': await glb(),
    },
    record: RECORD,
    document: {
      title: 'A toy',
      description: 'Of no use',
      settings: { lr: 0.01, file: b },
      nodes: { loss: { type: 'loss/l1' } },
    },
  };
}

describe('the page of a run', () => {
  it('holds input, shape, pictures, animation, curves, metrics, settings, times and commands', async () => {
    const page = await report(await full());
    expect(page.written).toMatchObject({ items: 2, leftOut: [], path: join(page.folder, 'report.html') });
    expect(page.written.bytes).toBe(Buffer.byteLength(page.text));
    expect(ofClass(page, 'item')).toHaveLength(2);
    expect(ofClass(page, 'viewer')).toHaveLength(1);
    // Input, albedo, two sheets, the rotation, and the texture of the shape.
    expect(named(page, 'img')).toHaveLength(6);
    expect(named(page, 'source').map(({ attributes }) => attributes.get('media'))).toEqual([
      '(prefers-reduced-motion: reduce)',
    ]);
    expect(ofClass(page, 'plot')).toHaveLength(2);
    expect(named(page, 'nav')).toHaveLength(1);
    expect(page.text).toContain('SIDE ×10²');
    expect(page.text).toContain('<td>1.230</td>');
    expect(page.text).toContain('<dt>lr</dt><dd>0.01</dd>');
    expect(page.text).toContain('1.2 GB');
    expect(page.text).toContain('cd /home/me');
    expect(page.text).toContain('gan2shape run ');
    expect(page.text).toMatch(/<h1>A toy<\/h1>/);
  });

  it('gives the viewer its mesh, its texture and the albedo to light', async () => {
    const page = await report(await full());
    const [viewer] = ofClass(page, 'viewer');
    const pictures = named(page, 'img');
    const albedo = pictures.find(({ attributes }) => attributes.get('alt') === 'Albedo of first');
    expect(viewer?.attributes.get('data-albedo')).toBe(albedo?.attributes.get('id'));
    const texture = viewer?.attributes.get('data-texture');
    expect(pictures.some(({ attributes }) => attributes.get('id') === texture)).toBe(true);
    const [mesh] = ofClass(page, 'mesh');
    expect(JSON.parse(mesh?.text ?? '')).toMatchObject({
      vertices: 25,
      indices: 36 * 3,
      low: [-0.5, -0.5, 0],
    });
  });

  it('loads nothing: every picture is part of it, and its policy allows one style and one script', async () => {
    const page = await report(await full());
    for (const { attributes } of [...named(page, 'img'), ...named(page, 'source')]) {
      expect(attributes.get('src') ?? attributes.get('srcset')).toMatch(
        /^data:image\/(png|webp|gif|jpeg);base64,/,
      );
    }
    expect(page.text).not.toMatch(
      /https?:|@import|url\(|\bfetch\(|XMLHttpRequest|innerHTML|eval\(|new Function/,
    );
    expect(named(page, 'link')).toEqual([]);
    for (const { attributes } of page.elements) {
      expect([...attributes.keys()].filter((key) => key === 'style' || key.startsWith('on'))).toEqual([]);
    }
    const policy = named(page, 'meta').find(({ attributes }) => attributes.has('http-equiv'))?.attributes;
    const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const scripts = named(page, 'script').filter(({ attributes }) => !attributes.has('type'));
    expect(scripts).toHaveLength(1);
    expect(policy?.get('content')).toBe(
      `default-src 'none'; img-src data:; style-src ${hash(named(page, 'style')[0]?.text)}; ` +
        `script-src ${hash(scripts[0]?.text)}; base-uri 'none'; form-action 'none'`,
    );
    expect(() => new Function(scripts[0]?.text ?? '')).not.toThrow();
  });

  it('gives pictures and controls names', async () => {
    const page = await report(await full());
    const shown = named(page, 'img').filter(({ attributes }) => !attributes.has('hidden'));
    for (const { attributes } of shown) expect(attributes.get('alt')).toMatch(/ of first/);
    for (const element of page.elements.filter(({ attributes }) => attributes.has('role'))) {
      expect(element.attributes.get('aria-label')).toBeTruthy();
    }
  });

  it('escapes names, titles, settings, paths and messages', async () => {
    const run = await full([HOSTILE, `b${HOSTILE}`]);
    const problem = { code: HOSTILE, message: HOSTILE, node: HOSTILE };
    const page = await report({
      ...run,
      events: [
        started([HOSTILE, `b${HOSTILE}`], {
          run: HOSTILE,
          engine: { name: HOSTILE, threads: HOSTILE, reason: '' },
        }),
        ...(run.events ?? []).slice(1, -1),
        pull(HOSTILE, 3, { [HOSTILE]: 1 }),
        metric(HOSTILE, HOSTILE, 1, { unit: HOSTILE }),
        image(HOSTILE, HOSTILE, 'images/a/input.png', HOSTILE),
        image(HOSTILE, HOSTILE, HOSTILE, 'gone'),
        { kind: 'sink-failed', item: HOSTILE, node: HOSTILE, problem },
        { kind: 'item-failed', item: HOSTILE, problem },
        { kind: 'log', level: 'error', message: HOSTILE },
      ],
      document: {
        title: HOSTILE,
        description: HOSTILE,
        settings: { [HOSTILE]: HOSTILE },
        nodes: { [HOSTILE]: {} },
      },
    });
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).not.toContain('<img src=x');
    expect(page.text).not.toContain('\u202e');
    expect(named(page, 'script').filter(({ attributes }) => !attributes.has('type'))).toHaveLength(1);
    expect(page.text).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
  });

  it('is made of the events alone, and says what was missing or damaged', async () => {
    const { events } = await full();
    const bare = await report({ events: events ?? [] });
    expect(bare.written.leftOut.map(({ path, what, why }) => `${what} ${path}: ${why}`)).toEqual([
      'picture images/a/input.png: the file is gone',
      'picture images/a/albedo.png: the file is gone',
      'shape files/a/mesh.glb: the file is gone',
      'picture images/a/sheet-000002.png: the file is gone',
      'picture images/a/rotation.webp: the file is gone',
    ]);
    expect(bare.text).toContain('Left out of this page');
    expect(ofClass(bare, 'plot')).toHaveLength(2);
    expect(bare.text).toContain('<h1>toy</h1>');
    const damaged = await report({
      events: events ?? [],
      files: { 'images/a/input.png': 'no picture', 'files/a/mesh.glb': 'no shape' },
      document: 'no graph',
    });
    expect(damaged.written.leftOut.map(({ why }) => why)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/unsupported image format/),
        'it is no GLB file of version 2',
      ]),
    );
  });

  it('passes over lines that are no events and events without their fields', async () => {
    const folder = fakeRun({});
    const lines = [
      'not json',
      'null',
      '7',
      JSON.stringify({ time: 1, kind: 'pull' }),
      JSON.stringify({ time: 2, ...started(['a']) }),
      JSON.stringify({ time: 3, kind: 'pull', item: 'a', step: 1 }),
      JSON.stringify({ time: 4, kind: 'image', item: 'a', name: 5, path: { no: 'path' } }),
      JSON.stringify({ time: 5, ...pull('a', 1, { loss: 1 }) }),
      '{"time": 6, "kind": "run-fini',
    ];
    writeFileSync(join(folder, 'events.jsonl'), lines.join('\n'));
    const { path } = await writeReport(folder);
    const text = readFileSync(path, 'utf8');
    expect(readStrictly(text).length).toBeGreaterThan(20);
    expect(text).toContain('not finished');
  });

  it('does without a record and a graph that are damaged', async () => {
    const record = { ...RECORD, workingFolder: 5 };
    const { text } = await report({ events: [started(['a'])], record, document: 'none' });
    expect(text).toContain('gan2shape run ');
    expect(text).not.toContain('cd ');
  });

  it('never holds files from outside of the folder, whatever events and links say', async () => {
    const outside = fakeRun({ files: { 'secret.png': await png(8, 200) } });
    const secret = (await png(8, 200)).toString('base64');
    const events = [
      started(['a']),
      image('a', 'up', `../${outside.split('/').at(-1)}/secret.png`),
      image('a', 'absolute', join(outside, 'secret.png')),
      image('a', 'link', 'link.png'),
    ];
    const folder = fakeRun({ events });
    symlinkSync(join(outside, 'secret.png'), join(folder, 'link.png'));
    const { leftOut, path } = await writeReport(folder);
    expect(leftOut.map(({ why }) => why)).toEqual(Array(3).fill('it lies outside of the folder of the run'));
    expect(readFileSync(path, 'utf8')).not.toContain(secret);
  });

  it('keeps to a size: main pictures first, then shapes, then the rest', async () => {
    const large = await noise(400, 300, 3);
    const run = await full();
    const page = await report(
      {
        ...run,
        files: { ...run.files, 'images/a/sheet-000002.png': large, 'images/a/sheet-000001.png': large },
      },
      { maxBytes: 100_000 },
    );
    expect(page.written.bytes).toBeLessThanOrEqual(100_000);
    expect(page.written.leftOut).toEqual([
      { path: 'images/a/sheet-000002.png', what: 'picture', why: 'the page would be too large' },
    ]);
    expect(page.text).toContain('images/a/sheet-000002.png</code>: the page would be too large');
    expect(ofClass(page, 'viewer')).toHaveLength(1);
    const small = await report(run, { maxBytes: 1 });
    expect(named(small, 'img')).toHaveLength(0);
    expect(small.written.leftOut).toHaveLength(5);
  });

  it('codes large pictures anew', async () => {
    const large = await noise(300, 300);
    const run = await full();
    const page = await report({ ...run, files: { ...run.files, 'images/a/input.png': large } });
    const input = named(page, 'img').find(
      ({ attributes }) => attributes.get('alt') === 'Input of first',
    )?.attributes;
    expect(input?.get('src')).toMatch(/^data:image\/webp;/);
    expect(input?.get('src')?.length).toBeLessThan(large.length);
    expect([input?.get('width'), input?.get('height')]).toEqual(['300', '300']);
  });

  it('stays small for a run of many items and pulls', async () => {
    const items = Array.from({ length: 1000 }, (_, i) => `face-${i}`);
    const events = items.flatMap((item, i) => [
      { kind: 'item-started', item, index: i, count: items.length } as const,
      ...Array.from({ length: 6 }, (_, step) => pull(item, 4 * i + step, { loss: 1 / (step + 1) })),
      metric(item, 'SIDE', i / 1e5),
    ]);
    const page = await report({ events: [started(items), ...events, completed] });
    expect(page.written.items).toBe(200);
    expect(page.written.bytes).toBeLessThan(2e6);
    expect(page.text).toContain('800 more items of this run have no section');
    expect(page.text).toContain('mean ± s.d. of 1\u202f000');
  });

  it('is written whole to where it is asked for, and replaces the page before', async () => {
    const folder = fakeRun(await full());
    const out = join(folder, 'elsewhere.html');
    writeFileSync(out, 'before');
    expect((await writeReport(folder, { out })).path).toBe(out);
    expect(readFileSync(out, 'utf8')).toMatch(/<\/html>\n$/);
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await expect(writeReport(folder, { out: join(folder, 'no', 'folder.html') })).rejects.toThrow(/ENOENT/);
  });

  it('refuses what is not the folder of a run', async () => {
    await expect(writeReport('/nowhere')).rejects.toMatchObject({ code: 'not-a-run' });
    await expect(writeReport(fakeRun({}))).rejects.toMatchObject({ code: 'not-a-run' });
  });
});

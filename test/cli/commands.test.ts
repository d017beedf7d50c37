import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { followEvents } from '../../cli/follow.ts';
import { testFolder } from '../graph/toys.ts';
import { cli } from './in-process.ts';

const base = mkdtempSync(join(tmpdir(), 'gan2shape-cli-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const EXAMPLE = 'graphs/examples/fit-image.json';
const TOYS = join(testFolder, 'nodes-toy');
const broken = (name: string) => join(testFolder, 'graphs/broken', `${name}.json`);

/** What run.json has of a run. */
const RECORD = {
  formatVersion: 1,
  run: 'a',
  started: 0,
  graph: { name: 'a', hash: 'b' },
  seed: 0,
  engine: 'auto',
  workingFolder: base,
  registry: {},
};

describe('usage', () => {
  it('names the nearest command and option, with exit code 2', async () => {
    const command = await cli('chek', 'x.json');
    expect(command).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean check?') });
    const option = await cli('run', EXAMPLE, '--fail-fats');
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --fail-fast?') });
    expect(await cli('run', EXAMPLE, '--seed', 'x')).toMatchObject({ code: 2 });
    expect(await cli('run')).toMatchObject({ code: 2, stderr: expect.stringContaining('no graph to run') });
  });

  it('shows help with examples', async () => {
    const { code, stdout } = await cli('run', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ gan2shape run graphs\/examples\/fit-image.json/);
  });
});

describe('check', () => {
  it('accepts what is right', async () => {
    expect(await cli('check', EXAMPLE)).toMatchObject({ code: 0, stdout: `${EXAMPLE}: valid\n`, stderr: '' });
  });

  it('passes over the schema of graphs, which a pattern names with them', async () => {
    const result = await cli('check', EXAMPLE, 'graphs/graph.schema.json');
    expect(result).toMatchObject({ code: 0, stdout: `${EXAMPLE}: valid\n`, stderr: '' });
  });

  it('reports everything of all graphs at once, as text and as data', async () => {
    const { code, stdout, stderr } = await cli('check', EXAMPLE, broken('cycle'), '--nodes', TOYS);
    expect(code).toBe(2);
    expect(stdout).toBe(`${EXAMPLE}: valid\n`);
    expect(stderr).toMatch(/\[cycle\]/);
    expect(stderr).toMatch(/1 error in 1 of 2 graphs/);
    const data = JSON.parse(
      (await cli('check', EXAMPLE, broken('many-at-once'), '--nodes', TOYS, '--json')).stdout,
    );
    expect(data.valid).toBe(false);
    expect(data.graphs.map((graph: { valid: boolean }) => graph.valid)).toEqual([true, false]);
    expect(data.graphs[1].errors.length).toBeGreaterThan(1);
  });

  it('reads nothing that is no file of a graph’s size', async () => {
    const refused = async (path: string, reason: string) =>
      expect(await cli('check', path)).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
    const pipe = join(base, 'pipe.json');
    execFileSync('mkfifo', [pipe]);
    const large = join(base, 'large.json');
    writeFileSync(large, '{}');
    truncateSync(large, 2 ** 24 + 1);
    await refused(pipe, 'it is no regular file');
    await refused(base, 'it is a folder');
    await refused('graphs', 'it is a folder');
    await refused(large, 'it has 16777217 bytes, more than the 16777216');
    const child = join(base, 'child.json');
    for (const parent of [pipe, '/dev/zero']) {
      writeFileSync(child, JSON.stringify({ formatVersion: 1, extends: parent }));
      await refused(child, 'it is no regular file');
    }
    expect(await cli('run', EXAMPLE, '--image', pipe)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is no file'),
    });
  });

  it('takes overrides', async () => {
    expect(await cli('check', EXAMPLE, '--set', 'settings.size=0')).toMatchObject({ code: 2 });
    expect(await cli('check', EXAMPLE, '--set', 'settings.size=32')).toMatchObject({ code: 0 });
  });

  it('says that a file or a folder of nodes is not there', async () => {
    expect(await cli('check', 'nowhere.json')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[unreadable]'),
    });
    expect(await cli('check', EXAMPLE, '--nodes', join(base, 'none'))).toMatchObject({ code: 2 });
  });
});

describe('graph', () => {
  it('draws a tree, Mermaid and DOT', async () => {
    const tree = (await cli('graph', EXAMPLE)).stdout;
    expect(tree).toContain(
      'train (optimizer/adam)\n└─ loss: error (loss/mean-square)\n   ├─ a: net (network/coordinate-mlp)',
    );
    expect((await cli('graph', EXAMPLE, '--format', 'mermaid')).stdout).toMatch(
      /^flowchart LR\n[\s\S]* -->\|loss\| /,
    );
    expect((await cli('graph', EXAMPLE, '--format', 'dot')).stdout).toMatch(
      /"error" -> "train" \[label="loss"\];/,
    );
    expect(await cli('graph', EXAMPLE, '--format', 'svg')).toMatchObject({ code: 2 });
  });

  it('draws a chain of thousands', async () => {
    const chain = join(base, 'chain.json');
    const link = (i: number) => [`n${i}`, { type: 'math/add', in: { a: `n${i - 1}`, b: 'n0' } }];
    const nodes = {
      n0: { type: 'source/constant', params: { shape: [1] } },
      ...Object.fromEntries(Array.from({ length: 8000 }, (_, i) => link(i + 1))),
      loss: { type: 'loss/l1', in: { a: 'n8000', b: 'n0' } },
    };
    writeFileSync(chain, JSON.stringify({ formatVersion: 1, nodes, schedule: [{ pull: 'loss' }] }));
    const { code, stdout, stderr } = await cli('graph', chain);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(16_003);
  });

  it('prints the resolved document', async () => {
    const { document, hash } = JSON.parse(
      (await cli('graph', EXAMPLE, '--json', '--set', 'settings.steps=7')).stdout,
    );
    expect(document.settings.steps).toBe(7);
    expect(document.nodes.train.version).toBe(1);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('nodes', () => {
  it('lists and documents node types', async () => {
    expect((await cli('nodes')).stdout).toMatch(/^optimizer\/adam +optimizer +Adam$/m);
    expect((await cli('nodes', '--nodes', TOYS)).stdout).toMatch(/^toy\/sgd +optimizer/m);
    expect((await cli('nodes', 'optimizer/adam')).stdout).toMatch(/lr +number > 0 += 0.001 +Step size/);
    const [adam] = JSON.parse((await cli('nodes', 'optimizer/adam', '--json')).stdout);
    expect(adam).toMatchObject({ type: 'optimizer/adam', role: 'optimizer', params: { type: 'object' } });
  });

  it('names the nearest type', async () => {
    const { code, stderr, stdout } = await cli('nodes', 'optimizer/adm', '--json');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "optimizer/adam"?');
    expect(JSON.parse(stdout).errors[0].code).toBe('bad-option');
  });
});

describe('run', () => {
  it('refuses wrong input with exit code 2 and says what is wrong', async () => {
    expect(await cli('run', broken('cycle'), '--nodes', TOYS)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[cycle]'),
    });
    expect(await cli('run', '--resume', join(base, 'none'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[not-a-run]'),
    });
    expect(await cli('run', '--resume', base, '--seed', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--seed'),
    });
    const full = await cli('run', EXAMPLE, '--out', testFolder, '--json');
    expect(full.code).toBe(2);
    expect(JSON.parse(full.stdout).errors[0]).toMatchObject({ code: 'folder-in-use' });
    expect(
      await cli('run', EXAMPLE, '--seed', '-1', '--threads', '0', '--checkpoint-every', '0'),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^The seed is -1; .*\nThe number of threads is 0; .*\nThe seconds .* 0; /,
      ),
    });
    expect(await cli('run', EXAMPLE, '--items', ',')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('It names none.'),
    });
    expect(await cli('run', EXAMPLE, '--threads', '4000')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('4000; expected a whole number from 1 to 256 [bad-option]'),
    });
  });

  it('refuses a folder that cannot be made, and folders that no run made', async () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    for (const out of [file, join(file, 'run')]) {
      expect(await cli('run', EXAMPLE, '--out', out)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          /^Cannot make the folder .*file.*\[bad-option\]\n {2}Choose another folder/,
        ),
      });
    }
    const folder = join(base, 'damaged');
    mkdirSync(folder);
    for (const [record, reason] of [
      ['null', 'run.json, at /: must be object'],
      [JSON.stringify({ ...RECORD, registry: 1 }), 'run.json, at /registry: must be object'],
    ] as const) {
      writeFileSync(join(folder, 'run.json'), record);
      for (const command of [['run', '--resume'], ['export'], ['watch']]) {
        expect(await cli(...command, folder)).toMatchObject({
          code: 2,
          stderr: expect.stringContaining(`is not the folder of a run: ${reason} [not-a-run]`),
        });
      }
    }
  });
});

describe('watch', () => {
  it('shows a run that has ended, from its folder alone', async () => {
    const folder = join(base, 'ended');
    mkdirSync(folder);
    writeFileSync(join(folder, 'run.json'), JSON.stringify(RECORD));
    const events = [
      { time: 1, kind: 'log', level: 'info', message: 'hello' },
      { time: 2, kind: 'run-finished', status: 'completed', milliseconds: 5, failedItems: [] },
    ];
    writeFileSync(
      join(folder, 'events.jsonl'),
      `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"torn`,
    );
    const { code, stdout } = await cli('watch', folder, '--json');
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
    expect(await cli('watch', base)).toMatchObject({ code: 2 });
  });

  it('ends also where the log ends with a block', async () => {
    const log = join(base, 'block.jsonl');
    const events = [
      { time: 1, kind: 'paused' },
      { time: 2, kind: 'run-finished', status: 'completed', milliseconds: 5, failedItems: [] },
    ];
    const text = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
    writeFileSync(log, text);
    for (const block of [text.length, text.length - 1, 7, 2 * text.length]) {
      expect(await lastValueFrom(followEvents(log, block).pipe(toArray()))).toEqual(events);
    }
  });
});

describe('completion', () => {
  it('knows every command and option', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout, code } = await cli('completion', shell);
      expect(code).toBe(0);
      for (const word of ['checkpoint-every', 'doctor', 'resume', 'completion'])
        expect(stdout).toContain(word);
    }
    expect(await cli('completion', 'tcsh')).toMatchObject({ code: 2 });
  });
});

it('the example of the help is in the package', () => {
  expect(JSON.parse(readFileSync(EXAMPLE, 'utf8')).formatVersion).toBe(1);
});

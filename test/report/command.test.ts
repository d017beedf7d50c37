import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/in-process.ts';
import { completed, fakeRun, pull, started } from './fake-run.ts';

const EVENTS = [started(['a']), pull('a', 1, { loss: 1 }), completed];

/** Two steps of a small network. */
const GRAPH = {
  formatVersion: 1,
  nodes: {
    target: { type: 'source/pattern', params: { size: 8 } },
    net: { type: 'network/coordinate-mlp', params: { size: 8, features: 2, width: 4, layers: 1 } },
    error: { type: 'loss/mean-square', in: { a: 'net', b: 'target' } },
    train: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'] } },
    picture: { type: 'sink/image', in: { image: 'net' }, params: { name: 'fitted' } },
  },
  schedule: [{ pull: 'train', times: 2 }, { pull: 'picture' }],
};

describe('gan2shape report', () => {
  it('writes the page and says where', async () => {
    const folder = fakeRun({ events: EVENTS });
    const { code, stdout } = await cli('report', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^report in .*report\.html, [\d.]+ kB\n$/);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<h1>toy</h1>');
  });

  it('takes another file and a size, and gives data', async () => {
    const out = join(fakeRun({}), 'page.html');
    const { code, stdout } = await cli(
      'report',
      fakeRun({ events: EVENTS }),
      '--out',
      out,
      '--max-size',
      '0.5',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: out, items: 1, leftOut: [] });
  });

  it('refuses a folder without a run, with exit code 2', async () => {
    expect(await cli('report', '/nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not-a-run'),
    });
  });

  it('refuses a size that no page has', async () => {
    const folder = fakeRun({ events: EVENTS });
    expect(await cli('report', folder, '--max-size', '-3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--max-size is -3; expected megabytes, more than 0'),
    });
  });

  it('refuses a file that cannot be written, with exit code 2', async () => {
    const folder = fakeRun({ events: EVENTS });
    for (const out of ['/dev/null/x.html', folder]) {
      expect(await cli('report', folder, '--out', out)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(`^Cannot write ${out}: .*\\[bad-option\\]`),
      });
    }
  });
});

describe('gan2shape run', () => {
  it('ends with the page of the run', { timeout: 240_000 }, async () => {
    const folder = fakeRun({ files: { 'graph.json': JSON.stringify(GRAPH) } });
    const out = join(folder, 'run');
    const graph = join(folder, 'graph.json');
    const engine = ['--engine', 'onnx:cpu', '--threads', '1'];
    const { code, stdout } = await cli('run', graph, ...engine, '--out', out, '--plain');
    expect(code).toBe(0);
    expect(stdout).toContain(`report in ${join(out, 'report.html')}`);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('alt="Fitted of all"');
    expect(page.match(/class="plot"/g)).toHaveLength(1);
  });
});

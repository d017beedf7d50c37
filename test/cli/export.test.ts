import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encoder } from '../../nodes/network/encoder.ts';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { loadNetwork } from '../../runtime/nn/load.ts';
import { fromTorch } from '../../runtime/nn/torch-weights.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { Checkpoints } from '../../runtime/run/checkpoint.ts';
import { graphOf } from '../graph/toys.ts';
import { all, one, run, temporaryFolder } from '../run/support.ts';
import { cli } from './in-process.ts';

const base = temporaryFolder();
const trained = join(base, 'trained');
const registry = await loadRegistry();

beforeAll(async () => {
  const document = {
    formatVersion: 1,
    nodes: {
      image: { type: 'source/pattern', params: { size: 64 } },
      viewNet: { type: 'network/encoder', in: { image: 'image' }, params: { width: 2, entry: 'netV' } },
      plain: { type: 'network/encoder', in: { image: 'image' }, params: { width: 2, entry: '' } },
      sum: { type: 'math/add', in: { a: 'viewNet.vector', b: 'plain.vector' } },
      target: { type: 'source/constant', params: { shape: [1, 6] } },
      loss: { type: 'loss/l1', in: { a: 'sum', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['viewNet', 'plain'] } },
    },
    schedule: [{ pull: 'train', times: 3 }],
  };
  const events = await all(run(graphOf(registry, document), trained, { seed: 2 }));
  expect(one(events, 'run-finished').status).toBe('completed');
});

/** The weights of a network in the newest checkpoint of the run. */
async function weightsOf(node: string) {
  const tensors = await (await new Checkpoints(join(trained, 'checkpoints')).newest())?.tensors();
  return new Map(
    [...(tensors ?? [])].flatMap(([name, value]) =>
      name.startsWith(`${node}/`) ? [[name.slice(node.length + 1), value] as const] : [],
    ),
  );
}

describe('export', () => {
  it('writes the trained networks under their entries, as graphs load them', async () => {
    const { code, stdout } = await cli('export', trained);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /weights\.pt: weights after 3 pulls\n {2}plain +plain +6 tensors +[\d,]+ numbers\n {2}netV +viewNet /,
    );
    const loaded = await loadNetwork(encoder({ size: 64, in: 3, out: 6, width: 2, activation: 'tanh' }), {
      file: join(trained, 'weights.pt'),
      entry: 'netV',
      context: { resolve: (path) => path },
      network: 'an encoder',
    });
    const own = await weightsOf('viewNet');
    expect([...loaded.keys()].sort()).toEqual([...own.keys()].sort());
    for (const [name, { data, shape }] of loaded) {
      expect(shape).toEqual(own.get(name)?.shape);
      expect(data).toEqual(own.get(name)?.data);
    }
    const file = await openCheckpoint(join(trained, 'weights.pt'));
    expect([...(file.tree() as Map<string, unknown>).keys()]).toEqual(['plain', 'netV', 'iteration']);
    file.close();
  });

  it('writes a choice of networks, in half precision, as safetensors', async () => {
    const out = join(base, 'half.safetensors');
    const { code, stdout } = await cli(
      'export',
      trained,
      '--networks',
      'viewNet',
      '--half',
      '--out',
      out,
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      file: out,
      pulls: 3,
      networks: [{ node: 'viewNet', entry: 'netV' }],
    });
    const file = await openCheckpoint(out);
    expect(file.metadata.get('iteration')).toBe('3');
    const own = await weightsOf('viewNet');
    expect(file.tensors().map(({ name }) => name)).toEqual([...own.keys()].map((name) => `netV.${name}`));
    const first = file.tensors()[0];
    expect(first?.dtype).toBe('float16');
    const read = fromTorch(await file.read(first?.name ?? '', { dtype: 'float32' }));
    file.close();
    const exact = own.get((first?.name ?? '').slice('netV.'.length))?.data ?? [];
    for (const [i, value] of read.data.entries()) expect(value).toBeCloseTo(exact[i] as number, 3);
    expect(statSync(out).size).toBeLessThan(statSync(join(trained, 'weights.pt')).size);
  });

  it('refuses what it cannot do, with exit code 2', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await cli('export', ...args);
      expect(code, stderr).toBe(2);
      return stderr;
    };
    expect(await refused(base)).toContain('is not the folder of a run');
    expect(await refused(trained, '--networks', 'viewNets')).toContain('Did you mean "viewNet"?');
    expect(await refused(trained, '--networks', 'image')).toContain('The run does not train image');
    expect(await refused(trained, '--out', join(base, 'x.onnx'))).toContain('.safetensors');
    expect(existsSync(join(base, 'x.onnx'))).toBe(false);
    expect(await refused(trained, '--out', '/dev/null/x/w.pt')).toMatch(/Cannot write .*w\.pt: ENOTDIR/);
    mkdirSync(join(base, 'folder.pt'));
    expect(await refused(trained, '--out', join(base, 'folder.pt'))).toContain('it is a folder [bad-option]');
    symlinkSync('/dev/null', join(base, 'device.pt'));
    expect(await refused(trained, '--out', join(base, 'device.pt'))).toContain('it is no regular file');
  });

  it('makes the folder of its file', async () => {
    const out = join(base, 'new/folder/w.pt');
    expect(await cli('export', trained, '--out', out)).toMatchObject({ code: 0 });
    expect(existsSync(out)).toBe(true);
  });

  it('refuses a damaged folder of a run, and writes nothing', async () => {
    const damaged = join(base, 'damaged');
    cpSync(trained, damaged, { recursive: true });
    const out = join(base, 'damaged.pt');
    const refused = async (reason: string) => {
      const { code, stderr } = await cli('export', damaged, '--out', out);
      expect([code, existsSync(out)], stderr).toEqual([2, false]);
      expect(stderr).toContain(reason);
      expect(stderr).toContain('[not-a-run]');
    };
    rmSync(join(damaged, 'events.jsonl'));
    await refused('has no events');
    writeFileSync(join(damaged, 'run.json'), 'null');
    await refused('run.json, at /: must be object');
  });

  it('passes over lines of the log that are no events', async () => {
    const log = join(trained, 'events.jsonl');
    writeFileSync(log, `null\n5\n${readFileSync(log, 'utf8')}`);
    expect(await cli('export', trained)).toMatchObject({ code: 0 });
  });

  it('says that there is no checkpoint', async () => {
    const empty = join(base, 'empty');
    mkdirSync(join(empty, 'checkpoints/000001'), { recursive: true });
    for (const name of ['run.json', 'graph.json']) {
      copyFileSync(join(trained, name), join(empty, name));
    }
    expect(await cli('export', empty)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[no-checkpoint]'),
    });
    rmSync(empty, { recursive: true });
  });
});

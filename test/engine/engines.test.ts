import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeEngines, ENGINE_NAMES, type EngineReport, useEngine } from '../../runtime/engine/engines.ts';
import { EngineError } from '../../runtime/engine/errors.ts';
import { type ProbeTarget, probe } from '../../runtime/engine/probe.ts';
import { findProvider, findTensorFlow } from '../../runtime/engine/probe-report.ts';

describe('useEngine', () => {
  it('computes with the engine that was asked for', async () => {
    const active = await useEngine('onnx', { threads: 2 });
    expect(active).toEqual({ name: 'onnx:cpu', threads: 2, reason: 'asked for' });
    expect(tf.getBackend()).toBe('onnx');
    expect(Array.from(tf.add(tf.tensor([1, 2]), 3).dataSync())).toEqual([4, 5]);
  });

  it('takes the plain JavaScript engine with one thread', async () => {
    expect(await useEngine('cpu', { threads: 2 })).toMatchObject({ name: 'cpu', threads: 1 });
    expect(Array.from(tf.add(tf.tensor([1, 2]), 3).dataSync())).toEqual([4, 5]);
  });

  it('chooses by itself, and says why', async () => {
    const reports = await describeEngines();
    const active = await useEngine('auto');
    const chosen = reports.find(({ engine }) => engine === active.name);
    expect(chosen).toMatchObject({ usable: true, recommended: true });
    expect(active.reason).toMatch(/^the fastest that works/);
    for (const { engine, usable, detail } of reports.slice(0, reports.indexOf(chosen as EngineReport))) {
      // needs Python: only when it is asked for
      if (engine === 'onnx:torch') continue;
      expect(active.reason).toContain(usable ? `${engine} works, but ${detail}` : engine);
    }
  });

  it.each(['gpu', 'onnx:rocm', 'ONNX', ''])('has no engine %j and lists those it has', async (name) => {
    const failing = useEngine(name);
    await expect(failing).rejects.toThrow(EngineError);
    await expect(failing).rejects.toMatchObject({ code: 'unknown-engine' });
    await expect(failing).rejects.toThrow(
      'Engines: auto, onnx, onnx:cuda, onnx:webgpu, onnx:torch, tensorflow, onnx:cpu, cpu.',
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d threads', async (threads) => {
    await expect(useEngine('cpu', { threads })).rejects.toThrow(`threads is ${threads}`);
  });

  it.skipIf(process.platform !== 'linux')('gives ONNX Runtime as many threads as asked for', async () => {
    const threadsNow = () => readdirSync('/proc/self/task').length;
    const growth = async (threads: number) => {
      await useEngine('onnx:cpu', { threads });
      const before = threadsNow();
      // a computation that no other test asks for, so that a session is made for it
      tf.matMul(tf.ones([5 + threads, 40]), tf.ones([40, 7])).dataSync();
      return threadsNow() - before;
    };
    await growth(1);
    expect(await growth(1)).toBe(0);
    expect(await growth(4)).toBe(3);
  });
});

describe('describeEngines', () => {
  it('reports on every engine, in the order of auto', async () => {
    const reports = await describeEngines();
    expect(reports.map(({ engine }) => engine)).toEqual(ENGINE_NAMES);
    for (const { usable, recommended, detail } of reports) {
      expect(detail).not.toBe('');
      expect(detail).not.toMatch(/\n|\.cc:|file:/);
      if (recommended) expect(usable).toBe(true);
    }
    const cpu = reports.find(({ engine }) => engine === 'onnx:cpu');
    expect(cpu).toMatchObject({ usable: true, recommended: true });
    expect(cpu?.detail).toMatch(
      new RegExp(`^ONNX Runtime \\d+\\.\\d+\\.\\d+, ${os.availableParallelism()} cores`),
    );
  });

  it('tries every engine once', async () => {
    await describeEngines();
    const start = performance.now();
    await describeEngines();
    expect(performance.now() - start).toBeLessThan(50);
  });

  it.skipIf(process.platform !== 'linux')('says how to get a GPU', async () => {
    const write = vi.spyOn(process.stderr, 'write');
    const env = { ...process.env, VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
    const finding = await findProvider('webgpu', { env });
    expect(finding).toMatchObject({ usable: false, recommended: false });
    expect(finding.detail).toMatch(/Vulkan driver and loader/);
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });

  it('says how to get CUDA and TensorFlow where they are missing', async () => {
    const [cuda, tensorflow] = await Promise.all([findProvider('cuda'), findTensorFlow()]);
    if (!cuda.usable) expect(cuda.detail).toMatch(/CUDA|no provider/);
    if (!tensorflow.usable) expect(tensorflow.detail).toMatch(/npm (?:install|rebuild) @tensorflow/);
  });
});

describe('probe', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'probe-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function run(body: string, options: { timeoutMs?: number; untimed?: boolean } = {}) {
    const file = path.join(folder, `${Math.random()}.mjs`);
    await writeFile(file, body);
    return probe('webgpu', { ...options, script: pathToFileURL(file) });
  }

  it('passes the target on and brings the answer back', async () => {
    const answer = await run('process.send({ ok: true, detail: process.argv[2] })');
    expect(answer).toEqual({ ok: true, detail: 'webgpu' satisfies ProbeTarget });
  });

  it('survives a driver that crashes', async () => {
    const answer = await run('process.kill(process.pid, "SIGSEGV")');
    expect(answer).toEqual({ ok: false, detail: 'the driver ended the process (SIGSEGV)' });
  });

  it('survives a driver that ends the process', async () => {
    const answer = await run('console.error("Warning: no luck"); process.exit(3)');
    expect(answer).toEqual({ ok: false, detail: 'the driver ended the process (exit code 3); no luck' });
  });

  it('does not wait for a driver that hangs', async () => {
    const answer = await run('setInterval(() => {}, 1000)', { timeoutMs: 300 });
    expect(answer).toEqual({ ok: false, detail: 'it did not start within 0.3 s' });
  });

  it('counts a device that works and is slow as working', async () => {
    const body = 'process.send({ ok: true, detail: "slow", unfinished: true }); setInterval(() => {}, 1000)';
    expect(await run(body, { timeoutMs: 1000 })).toMatchObject({ ok: true, detail: 'slow' });
    const start = performance.now();
    expect(await run(body, { untimed: true })).toMatchObject({ ok: true, detail: 'slow' });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('counts a device that works and then crashes as unusable', async () => {
    const body =
      'process.send({ ok: true, detail: "", unfinished: true }, () => process.kill(process.pid, "SIGILL"))';
    expect(await run(body)).toEqual({ ok: false, detail: 'the driver ended the process (SIGILL)' });
  });
});

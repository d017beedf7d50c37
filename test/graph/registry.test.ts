import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Ajv } from 'ajv';
import { Type } from 'typebox';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { graphSchema } from '../../runtime/graph/index.ts';
import { defineNode, networkEntries, networkNames, port } from '../../runtime/node.ts';
import { createRegistry, InvalidNodes, loadRegistry } from '../../runtime/registry.ts';
import { checkDocument, regression, testFolder, toyRegistry } from './toys.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-nodes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const head = { type: 'a/b', version: 1, title: 'T', description: 'D', params: Type.Object({}) };
const run = () => ({ y: tf.scalar(1) });

async function errorsOf(load: Promise<unknown>): Promise<string[]> {
  const error = await load.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InvalidNodes);
  return (error as InvalidNodes).errors.map((one) => `${one.code}: ${one.message}`);
}

function faults(...definitions: Parameters<typeof createRegistry>[0][number]['definition'][]): string[] {
  try {
    createRegistry(definitions.map((definition, i) => ({ file: `f${i}.ts`, definition })));
    return [];
  } catch (error) {
    return (error as InvalidNodes).errors.map((one) => `${one.code}: ${one.message}`);
  }
}

describe('the registry', () => {
  it('finds node files by their path', async () => {
    const registry = await toyRegistry();
    expect(registry.types.map((type) => type.type)).toContain('toy/square-error');
    expect(registry.get('toy/linear')?.role).toBe('network');
    expect(registry.get('toy/none')).toBeUndefined();
  });

  it('reports every wrong file at once', async () => {
    const nodes = join(folder, 'wrong');
    mkdirSync(join(nodes, 'toy'), { recursive: true });
    writeFileSync(join(nodes, 'toy', 'throws.mjs'), 'throw new Error("boom");');
    writeFileSync(join(nodes, 'toy', 'nothing.mjs'), 'export const x = 1;');
    writeFileSync(join(nodes, 'toy', '_helper.mjs'), 'throw new Error("never loaded");');
    const mark = "[Symbol.for('gan2shape.node')]: true";
    writeFileSync(join(nodes, 'toy', 'bare.mjs'), `export const bare = { type: 'toy/bare', ${mark} };`);
    writeFileSync(join(nodes, 'toy', 'moved.mjs'), `export const moved = { type: 'toy/other', ${mark} };`);
    expect(await errorsOf(loadRegistry({ builtIn: null, nodes: [nodes, join(folder, 'absent')] }))).toEqual([
      expect.stringMatching(/^node-invalid: The node type toy\/other .*makes its type "toy\/moved"/),
      expect.stringMatching(/^node-missing: .*nothing\.mjs exports no node definition/),
      expect.stringMatching(/^node-unloadable: .*throws\.mjs cannot be loaded: boom/),
      expect.stringMatching(/^node-folder-unreadable: .*absent cannot be read: there is no such folder/),
      expect.stringMatching(/^node-invalid: .*toy\/bare .*title is missing/),
      expect.stringMatching(/^node-invalid: .*description is missing/),
      expect.stringMatching(/^node-invalid: .*params is missing/),
      expect.stringMatching(/^node-invalid: .*inputs is missing/),
      expect.stringMatching(/^node-invalid: .*outputs is missing/),
      expect.stringMatching(/^node-invalid: .*run\(\) is missing/),
    ]);
  });

  it('refuses one type from two folders', async () => {
    const copy = join(testFolder, 'nodes-toy');
    const other = join(folder, 'copy', 'toy');
    mkdirSync(other, { recursive: true });
    const mark = "[Symbol.for('gan2shape.node')]: true";
    writeFileSync(
      join(other, 'add.mjs'),
      `export const add = { type: 'toy/add', version: 1, title: 'T', description: 'D', params: { type: 'object', properties: {} }, inputs: {}, outputs: { }, run() {}, ${mark} };`,
    );
    const errors = await errorsOf(loadRegistry({ builtIn: null, nodes: [copy, join(folder, 'copy')] }));
    expect(errors[0]).toMatch(
      /^node-duplicate: The node type toy\/add is defined in .*add\.mjs and in .*add\.ts/,
    );
  });

  it('refuses definitions that cannot be used', () => {
    const y = { y: port('float[]') };
    expect(faults(defineNode({ ...head, inputs: {}, outputs: y, run }))).toEqual([]);
    const says = (definition: Parameters<typeof faults>[0]) => faults(definition).join('\n');
    expect(says(defineNode({ ...head, type: 'Bad', inputs: {}, outputs: y, run }))).toMatch(/"family\/name"/);
    expect(says(defineNode({ ...head, version: 0, inputs: {}, outputs: y, run }))).toMatch(/version/);
    expect(says(defineNode({ ...head, inputs: {}, outputs: {}, run: () => ({}) }))).toMatch(/no outputs/);
    expect(says(defineNode({ ...head, inputs: {}, outputs: { y: port('float[$n]') }, run }))).toMatch(
      /no integer parameter "n"/,
    );
    expect(
      says(defineNode({ ...head, params: Type.Object({ n: Type.Number() }), inputs: {}, outputs: y, run })),
    ).toMatch(/"n" has no description/);
    expect(
      says(
        defineNode({
          ...head,
          params: Type.Object({ n: Type.Number({ description: 'N', default: 5, maximum: 3 }) }),
          inputs: {},
          outputs: y,
          run,
        }),
      ),
    ).toMatch(/the default of "n" must be <= 3/);
    expect(
      says(defineNode({ ...head, params: Type.Object({ t: networkNames() }), inputs: {}, outputs: y, run })),
    ).toMatch(/only an optimizer/);
    expect(
      says(
        defineNode({
          ...head,
          role: 'optimizer',
          inputs: { loss: port('loss[B]') },
          outputs: {},
          create: () => {
            throw new Error('never made');
          },
        }),
      ),
    ).toMatch(/"loss" of an optimizer is a scalar[\s\S]*networkNames\(\)/);
    expect(
      says(
        defineNode({ ...head, params: Type.Object({ t: networkEntries() }), inputs: {}, outputs: y, run }),
      ),
    ).toMatch(/only a sink/);
  });

  it('reports dimensions that parameters make impossible', () => {
    const half = defineNode({
      ...head,
      params: Type.Object({ size: Type.Integer({ description: 'Size', default: 5 }) }),
      inputs: {},
      outputs: { y: port('float[$size/2]') },
      run,
    });
    const old = defineNode({
      ...head,
      type: 'a/old',
      version: 3,
      inputs: {},
      outputs: { y: port('float[]') },
      migrations: { 2: (params) => params },
      run,
    });
    const registry = createRegistry([half, old].map((definition) => ({ file: 'x.ts', definition })));
    const { errors } = checkDocument(registry, {
      formatVersion: 1,
      nodes: { h: { type: 'a/b', params: {} }, o: { type: 'a/old', version: 1 } },
      schedule: [{ pull: 'h' }],
    });
    expect(errors.map((error) => `${error.code}: ${error.message}`)).toEqual([
      'bad-dimension: A dimension of y, float[$size/2], comes out as 2.5',
      'type-older: The node asks for version 1 of a/old, which cannot be brought to version 3',
    ]);
  });
});

describe('defineNode', () => {
  it('types inputs by their ports and parameters by their schema', () => {
    defineNode({
      ...head,
      params: Type.Object({
        n: Type.Integer({ default: 1 }),
        mode: Type.Union([Type.Literal('x'), Type.Literal('y')]),
      }),
      inputs: {
        image: port('image[B,S,S,3]'),
        scalar: port('loss[]', { optional: true }),
        open: port('float[...X]'),
        list: port.list('float[B,2]'),
        map: port.map('loss[]'),
      },
      outputs: { y: port('float[]') },
      run({ inputs, params }) {
        expectTypeOf(inputs.image).toEqualTypeOf<tf.Tensor4D>();
        expectTypeOf(inputs.scalar).toEqualTypeOf<tf.Scalar | undefined>();
        expectTypeOf(inputs.open).toEqualTypeOf<tf.Tensor>();
        expectTypeOf(inputs.list).toEqualTypeOf<readonly tf.Tensor2D[]>();
        expectTypeOf(inputs.map).toEqualTypeOf<{ readonly [name: string]: tf.Scalar }>();
        expectTypeOf(params.n).toEqualTypeOf<number>();
        expectTypeOf(params.mode).toEqualTypeOf<'x' | 'y'>();
        return { y: inputs.open };
      },
    });
  });
});

describe('the editor schema', () => {
  it('accepts files that check accepts, also variants, and refuses wrong ones', async () => {
    const registry = await toyRegistry();
    const schema = graphSchema(registry);
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    const valid = (document: unknown) => validate(document);
    expect(valid(regression), JSON.stringify(validate.errors)).toBe(true);
    expect(
      valid({
        formatVersion: 1,
        extends: 'x',
        nodes: { net: null, opt: { params: { lr: '$rate', momentum: null } } },
      }),
    ).toBe(true);
    expect(valid({ formatVersion: 1, nodes: { opt: { type: 'toy/sgd', params: { lr: '$rate' } } } })).toBe(
      true,
    );
    expect(valid({ formatVersion: 1, nodes: { opt: { type: 'toy/sgd', params: { lr: -1 } } } })).toBe(false);
    expect(valid({ formatVersion: 1, nodes: { opt: { type: 'toy/sgd', params: { rate: 1 } } } })).toBe(false);
    expect(valid({ formatVersion: 1, nodes: { opt: { type: 'toy/sgd', in: { lost: 'x' } } } })).toBe(false);
    expect(valid({ formatVersion: 2, nodes: {} })).toBe(false);
    expect(valid({ formatVersion: 1, nodez: {} })).toBe(false);
  });
});

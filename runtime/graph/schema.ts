import { writeFileSync } from 'node:fs';
import { type NodeType, roleOf } from '../node.ts';
import type { Registry } from '../registry.ts';
import { DOCUMENT_FORM, NAME, NODE_FORM, SETTINGS_FORM, STEP_FORM } from './form.ts';
import type { Json } from './located.ts';
import { FORMAT_VERSION } from './migrate.ts';
import type { Port } from './port.ts';
import { closed } from './validate.ts';

type Schema = { readonly [key: string]: unknown };

/**
 * The JSON Schema (draft 7) of graph files, for editors: it completes and documents node types, parameters and ports,
 * and allows what only files have: `extends`, `null` to remove, and `"$name"` for a setting in place of any value.
 *
 * It is looser than the check where a file alone cannot tell: a variant may leave out what its base has.
 */
export function graphSchema(registry: Registry): Schema {
  const { formatVersion, nodes, ...rest } = DOCUMENT_FORM.properties;
  const node = {
    ...NODE_FORM,
    required: undefined,
    type: ['object', 'null'],
    properties: {
      ...loosened(NODE_FORM.properties),
      type: {
        ...NODE_FORM.properties.type,
        anyOf: [{ enum: registry.types.map((type) => type.type) }, { type: 'string' }],
      },
    },
    allOf: registry.types.map((type) => ({
      if: { type: 'object', properties: { type: { const: type.type } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `#/definitions/${definitionName(type)}` },
    })),
  };
  return withoutUndefined({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'GAN2Shape graph',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      formatVersion: { ...formatVersion, const: FORMAT_VERSION },
      extends: {
        type: 'string',
        description: 'A graph to build on: a path relative to this file, or an official name.',
      },
      ...(loosened({ title: rest.title, description: rest.description }) as Schema),
      settings: SETTINGS_FORM,
      nodes: {
        ...nodes,
        propertyNames: { pattern: NAME },
        additionalProperties: { $ref: '#/definitions/node' },
      },
      schedule: rest.schedule,
    },
    required: ['formatVersion'],
    additionalProperties: false,
    definitions: {
      setting: { type: 'string', pattern: '^\\$[^$]', description: 'The value of a setting.' },
      step: { ...STEP_FORM, properties: loosened(STEP_FORM.properties) },
      node,
      ...Object.fromEntries(registry.types.map((type) => [definitionName(type), nodeSchema(type)])),
    },
  });
}

/** Writes `graphSchema` to a file, for `$schema` in graph files. */
export function writeSchema(file: string, registry: Registry): void {
  writeFileSync(file, `${JSON.stringify(graphSchema(registry), null, 2)}\n`);
}

function definitionName(type: NodeType): string {
  return type.type.replaceAll('/', '.');
}

function nodeSchema(type: NodeType): Schema {
  const params = closed(type.params) as { readonly properties: Schema };
  const role = roleOf(type);
  return {
    title: type.title,
    description: `${type.description}\n\nA ${role}, version ${type.version}.`,
    properties: {
      params: {
        ...params,
        required: undefined,
        type: ['object', 'null'],
        properties: loosened(params.properties),
      },
      in: {
        type: ['object', 'null'],
        properties: Object.fromEntries(
          Object.entries(type.inputs).map(([name, port]) => [name, portSchema(port)]),
        ),
        additionalProperties: false,
      },
      ...(role !== 'network' && { weights: false, frozen: false }),
    },
  };
}

function portSchema(port: Port): Schema {
  const types = { one: 'string', list: 'array', map: 'object' } as const;
  const description = `${port.type}${port.optional ? ', may be left out' : ''}${port.description ? `: ${port.description}` : ''}`;
  return {
    description,
    type: [...new Set(['string', types[port.holds], 'null'])],
    ...(port.holds === 'list' && { items: { type: 'string' } }),
    ...(port.holds === 'map' && { additionalProperties: { type: ['string', 'null'] } }),
  };
}

/** Lets every property also be a setting or null; what describes it stays in sight of editors. */
function loosened(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const { description, default: value, ...rest } = schema as Schema;
      const anyOf = [rest, { $ref: '#/definitions/setting' }, { type: 'null' }];
      return [name, { description, ...(value !== undefined && { default: value }), anyOf }];
    }),
  );
}

function withoutUndefined(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema)) as { readonly [key: string]: Json };
}

import type { Reporter } from './errors.ts';
import type { LocatedObject } from './located.ts';
import { reportInvalid, type Validate, validator } from './validate.ts';

/** Names of nodes, settings and stages' nodes: no dots, which separate a node from its port. */
export const NAME = '^[A-Za-z][A-Za-z0-9_-]*$';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const count = (description: string, minimum = 1) => ({ type: 'integer', minimum, maximum: 1e9, description });

/** The settings of a document or a stage. */
export const SETTINGS_FORM = {
  type: 'object',
  description: 'Values that "$name" refers to, anywhere in nodes and schedule.',
  propertyNames: { pattern: NAME },
} as const;

/** A node, apart from what its type says about its parameters and ports. */
export const NODE_FORM = {
  type: 'object',
  properties: {
    type: { ...text, description: 'The node type, "family/name".' },
    version: {
      type: 'integer',
      minimum: 1,
      description: 'The version of the node type that the parameters are for.',
    },
    title: { ...text, description: 'Shown instead of the name.' },
    in: {
      type: 'object',
      description: 'Connections by input: "node" or "node.output".',
      additionalProperties: {
        type: ['string', 'array', 'object'],
        items: text,
        additionalProperties: text,
      },
    },
    params: { type: 'object', description: 'Parameters of the node type.' },
    weights: { ...text, description: 'The network whose weights this network uses.' },
    frozen: { ...flag, description: 'Whether optimizers must leave the weights of this network alone.' },
  },
  required: ['type'],
  additionalProperties: false,
} as const;

const pulled = {
  type: ['string', 'array'],
  items: text,
  minItems: 1,
  description: 'The node to evaluate with everything it depends on; several are evaluated together.',
} as const;

/** A schedule step: either a pull or a stage of further steps. */
export const STEP_FORM = {
  type: 'object',
  properties: {
    pull: pulled,
    times: count('How many times, one after the other; 1 where it is not said, 0 to leave it out.', 0),
    also: {
      type: 'array',
      description: 'Further pulls now and then, such as previews.',
      items: {
        type: 'object',
        properties: { pull: pulled, every: count('After every so many of the pulls, and after the last.') },
        required: ['pull', 'every'],
        additionalProperties: false,
      },
    },
    stage: { ...text, description: 'The name of a group of steps.' },
    repeat: count('How many times the group is gone through; 1 where it is not said, 0 to leave it out.', 0),
    settings: { ...SETTINGS_FORM, description: 'Settings that have other values in this group.' },
    params: {
      type: 'object',
      description: 'Parameters, by node, that have other values in this group.',
      additionalProperties: { type: 'object' },
    },
    steps: { type: 'array', description: 'The steps of the group.', items: { $ref: '#/definitions/step' } },
  },
  additionalProperties: false,
} as const;

/** The form of a resolved document. Parameters and ports are checked against the node types afterwards. */
export const DOCUMENT_FORM = {
  type: 'object',
  properties: {
    // Reported where it is read: see migrate.ts.
    formatVersion: { description: 'The version of this format.' },
    title: text,
    description: text,
    settings: SETTINGS_FORM,
    nodes: {
      type: 'object',
      description: 'The nodes by name.',
      propertyNames: { pattern: NAME },
      additionalProperties: NODE_FORM,
    },
    schedule: {
      type: 'array',
      description: 'What to pull, in order.',
      items: { $ref: '#/definitions/step' },
    },
  },
  required: ['nodes', 'schedule'],
  additionalProperties: false,
  definitions: { step: STEP_FORM },
} as const;

let validate: Validate | undefined;

/** Reports everything in which a document with bound settings departs from the form. */
export function checkForm(document: LocatedObject, json: Parameters<Validate>[0], report: Reporter): void {
  validate ??= validator(DOCUMENT_FORM, { defaults: false });
  reportInvalid(validate(json).errors, { root: document, path: [] }, report);
}

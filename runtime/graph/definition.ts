import { type NodeType, parameterWith, type Role, roleOf } from '../node.ts';
import { type Dimension, parametersOf } from './dimension.ts';
import type { Port, Ports } from './port.ts';
import { paramsValidator } from './validate.ts';

const TYPE_NAME = /^[a-z][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)+$/;
const PORT_NAME = /^[A-Za-z][A-Za-z0-9]*$/;

/** The functions that each role must have. */
const FUNCTIONS: { readonly [role in Role]: readonly string[] } = {
  operation: ['run'],
  network: ['run'],
  optimizer: ['create'],
  buffer: ['write', 'read'],
  source: ['load'],
  sink: ['write'],
};

/** What is wrong with a node definition; empty when it is sound. Node files may be plain JavaScript. */
export function definitionFaults(type: NodeType): string[] {
  const missing = missingFields(type);
  if (missing.length > 0) return missing.map((field) => `${field} is missing or of the wrong kind`);
  const faults: string[] = [];
  if (!TYPE_NAME.test(type.type)) faults.push('the type is not written like "family/name"');
  if (!Number.isInteger(type.version) || type.version < 1)
    faults.push('the version is no whole number of at least 1');
  if (!type.title.trim()) faults.push('the title is empty');
  if (!type.description.trim()) faults.push('the description is empty');
  faults.push(...parameterFaults(type), ...roleFaults(type));
  for (const [side, ports] of [
    ['input', type.inputs],
    ['output', type.outputs],
  ] as const) {
    faults.push(...portFaults(type, side, ports));
  }
  return faults;
}

function missingFields(type: NodeType): string[] {
  const fields = new Map<string, unknown>(Object.entries(type));
  const wrong = ['type', 'title', 'description'].filter((field) => typeof fields.get(field) !== 'string');
  for (const field of ['params', 'inputs', 'outputs']) {
    if (typeof fields.get(field) !== 'object' || fields.get(field) === null) wrong.push(field);
  }
  if (!wrong.includes('params') && type.params.type !== 'object') wrong.push('params');
  const functions = FUNCTIONS[roleOf(type)];
  if (!functions) return [...wrong, 'role'];
  return [
    ...wrong,
    ...functions.filter((name) => typeof fields.get(name) !== 'function').map((name) => `${name}()`),
  ];
}

function parameterFaults(type: NodeType): string[] {
  const faults: string[] = [];
  const defaults: { [name: string]: never } = {};
  for (const [name, schema] of Object.entries(type.params.properties)) {
    const { description, default: value } = schema as {
      readonly description?: string;
      readonly default?: never;
    };
    if (!description?.trim()) faults.push(`the parameter "${name}" has no description`);
    if (value !== undefined) defaults[name] = structuredClone(value);
  }
  try {
    const wrong = paramsValidator(type.params)(defaults).errors.filter(
      (error) => error.keyword !== 'required',
    );
    for (const error of wrong)
      faults.push(`the default of "${error.instancePath.slice(1)}" ${error.message}`);
  } catch (error) {
    faults.push(
      `the parameters' schema cannot be compiled: ${error instanceof Error ? error.message : error}`,
    );
  }
  return faults;
}

function portFaults(type: NodeType, side: string, ports: Ports): string[] {
  const faults: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    if (!PORT_NAME.test(name)) faults.push(`"${name}" is no name of an ${side}`);
    for (const parameter of dimensionsOf(port).flatMap(parametersOf)) {
      const schema = type.params.properties[parameter] as { readonly type?: string } | undefined;
      if (schema?.type !== 'integer')
        faults.push(`${side} "${name}": there is no integer parameter "${parameter}"`);
    }
  }
  return faults;
}

function dimensionsOf(port: Port): Dimension[] {
  return [...port.tensor.before, ...port.tensor.after];
}

function roleFaults(type: NodeType): string[] {
  const role = roleOf(type);
  const faults: string[] = [];
  if (role === 'optimizer') {
    const loss = type.inputs.loss;
    const scalar = loss?.tensor.before.length === 0 && loss.tensor.rest === undefined;
    if (loss && (!scalar || loss.holds !== 'one' || loss.optional)) {
      faults.push('the input "loss" of an optimizer is a scalar, such as port("loss[]")');
    }
    if (parameterWith(type, 'networks') === undefined)
      faults.push('an optimizer has a parameter networkNames()');
  } else if (parameterWith(type, 'networks') !== undefined) {
    faults.push('only an optimizer has a parameter networkNames()');
  }
  if (role !== 'sink' && parameterWith(type, 'weights') !== undefined) {
    faults.push('only a sink has a parameter networkEntries()');
  }
  if (role === 'source' && Object.keys(type.inputs).length > 0) faults.push('a source has no inputs');
  if ((role === 'sink' || role === 'optimizer') && Object.keys(type.outputs).length > 0) {
    faults.push(`${role === 'sink' ? 'a sink' : 'an optimizer'} has no outputs`);
  }
  if (role === 'source' || role === 'network' || role === 'operation' || role === 'buffer') {
    if (Object.keys(type.outputs).length === 0) faults.push('it has no outputs');
  }
  const loads = type.role === 'network' && type.load !== undefined;
  if (loads !== (parameterWith(type, 'checkpoint') !== undefined)) {
    faults.push('a network has both load() and a parameter checkpointFile(), or neither');
  }
  return faults;
}

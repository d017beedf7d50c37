import { Command } from 'commander';
import { nearest } from '../../runtime/graph/nearest.ts';
import type { Port } from '../../runtime/graph/port.ts';
import { type NodeType, roleOf } from '../../runtime/node.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { action, type CommonOptions, collect, columns, NODES_OPTION, print } from '../action.ts';
import { EXIT } from '../errors.ts';

interface NodesOptions extends CommonOptions {
  readonly nodes?: readonly string[];
}

export function nodesCommand(): Command {
  const command = new Command('nodes')
    .description('list the node types, or document one')
    .argument('[type]', 'a node type, such as optimizer/adam')
    .option(...NODES_OPTION, collect)
    .addHelpText('after', '\nExamples:\n  $ gan2shape nodes\n  $ gan2shape nodes optimizer/adam');
  return action<NodesOptions>(command, async ([name], { json, nodes = [] }) => {
    const { types } = await loadRegistry({ nodes });
    const shown = name === undefined ? types : types.filter(({ type }) => type === name);
    const [first] = shown;
    if (name !== undefined && !first) {
      const guess = nearest(
        name,
        types.map(({ type }) => type),
      );
      const hint = guess === undefined ? '`gan2shape nodes` lists them.' : `Did you mean "${guess}"?`;
      throw new RunError('bad-option', `There is no node type "${name}"`, { hint });
    }
    if (json) print(JSON.stringify(shown.map(data), null, 2));
    else if (name !== undefined && first) print(documentation(first));
    else print(columns(types.map((type) => [type.type, roleOf(type), type.title])));
    return EXIT.fine;
  });
}

function data(type: NodeType) {
  const ports = (all: Record<string, Port>) =>
    Object.entries(all).map(([name, { type: text, holds, optional, description }]) => ({
      ...{ name, type: text, holds, optional, description },
    }));
  const { type: name, version, title, description, params, inputs, outputs } = type;
  const role = roleOf(type);
  return {
    type: name,
    role,
    version,
    title,
    description,
    params,
    inputs: ports(inputs),
    outputs: ports(outputs),
  };
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly anyOf?: readonly { readonly const?: unknown }[];
}

function documentation(type: NodeType): string {
  const lines = [
    `${type.type}: ${type.title} (${roleOf(type)}, version ${type.version})`,
    '',
    type.description,
  ];
  const section = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0)
      lines.push('', title, columns(rows.map(([first, ...rest]) => [`  ${first}`, ...rest])));
  };
  section('Inputs', Object.entries(type.inputs).map(portRow));
  section('Outputs', Object.entries(type.outputs).map(portRow));
  section(
    'Parameters',
    Object.entries(type.params.properties).map(([name, property]) => {
      const schema = property as Schema;
      const value = schema.default === undefined ? 'required' : `= ${JSON.stringify(schema.default)}`;
      return [name, rangeOf(schema), value, schema.description ?? ''];
    }),
  );
  return lines.join('\n');
}

function portRow([name, { type, holds, optional, description }]: [string, Port]): string[] {
  const kind = holds === 'one' ? type : `${holds} of ${type}`;
  return [name, optional ? `${kind}, may be left out` : kind, description];
}

function rangeOf({ type, anyOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  if (anyOf) return anyOf.map(({ const: value }) => JSON.stringify(value)).join(' | ');
  const from =
    minimum !== undefined ? `≥ ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : '';
  const to =
    maximum !== undefined ? `≤ ${maximum}` : exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : '';
  return [type ?? '', from, to].filter(Boolean).join(' ');
}

import type { Graph, GraphNode } from '../runtime/graph/index.ts';

/** The ways to draw a graph as text. */
export const DRAWINGS = { tree, mermaid, dot } as const;

export type Drawing = keyof typeof DRAWINGS;

const linksInto = (node: GraphNode) => [...node.inputs.values()].flat();
const headline = ({ name, type, frozen, weights }: GraphNode) => {
  const shared = weights !== undefined && weights !== name ? `, weights of ${weights}` : '';
  return `${name} (${type.type}${frozen ? ', frozen' : ''}${shared})`;
};

/** Characters of indentation: of deeper nodes the innermost, or a chain of thousands would be megabytes of it. */
const INDENT = 120;

/** The nodes that each entry of the schedule pulls, with what they depend on; what was shown before is not repeated. */
function tree(graph: Graph): string {
  const pulled = new Set(
    graph.schedule.flatMap(({ pull, also }) => [...pull, ...also.flatMap((one) => one.pull)]),
  );
  const shown = new Set<string>();
  const lines: string[] = [];
  // a stack: chains of thousands of nodes are no graphs of people, but of programs
  const stack = [...pulled].reverse().map((name) => ({ name, before: '', branch: '', port: '' }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { name, before, branch, port } = next;
    const node = graph.nodes.get(name) as GraphNode;
    const again = shown.has(name) && linksInto(node).length > 0;
    lines.push(`${before}${branch}${port && `${port}: `}${headline(node)}${again ? ' …' : ''}`);
    const isEnd = again || (node.role === 'buffer' && branch !== '');
    shown.add(name);
    if (isEnd) continue;
    const inner = (before + (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ')).slice(-INDENT);
    const links = linksInto(node).map(({ from, to }, i, all) => ({
      name: from.node,
      before: inner,
      branch: i === all.length - 1 ? '└─ ' : '├─ ',
      port: to.port,
    }));
    for (const link of links.reverse()) stack.push(link);
  }
  return lines.join('\n');
}

/** A flow chart for Mermaid; dashed arrows go into buffers, which are the way back. */
function mermaid(graph: Graph): string {
  const lines = ['flowchart LR'];
  const ids = new Map([...graph.nodes.keys()].map((name, i) => [name, `n${i}`]));
  for (const node of graph.nodes.values()) {
    const text = `"${node.name}<br/><small>${node.type.type}</small>"`;
    const [open, close] = SHAPES[node.role];
    lines.push(`  ${ids.get(node.name)}${open}${text}${close}`);
  }
  for (const node of graph.nodes.values()) {
    const arrow = node.role === 'buffer' ? '-.->' : '-->';
    for (const { from, to } of linksInto(node)) {
      lines.push(`  ${ids.get(from.node)} ${arrow}|${to.port}| ${ids.get(node.name)}`);
    }
  }
  return lines.join('\n');
}

const SHAPES: { readonly [role in GraphNode['role']]: readonly [string, string] } = {
  source: ['[/', '/]'],
  operation: ['[', ']'],
  network: ['[[', ']]'],
  optimizer: ['{{', '}}'],
  buffer: ['[(', ')]'],
  sink: ['>', ']'],
};

/** A digraph for Graphviz. */
function dot(graph: Graph): string {
  const quote = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const lines = ['digraph {', '  rankdir=LR; node [shape=box, fontname="sans-serif"]; edge [fontsize=9];'];
  for (const { name, type, role } of graph.nodes.values()) {
    const shape = {
      source: 'parallelogram',
      optimizer: 'hexagon',
      buffer: 'cylinder',
      sink: 'note',
    } as Record<string, string>;
    const more = shape[role] ? `, shape=${shape[role]}` : role === 'network' ? ', peripheries=2' : '';
    lines.push(`  ${quote(name)} [label="${name}\\n${type.type}"${more}];`);
  }
  for (const node of graph.nodes.values()) {
    const dashed = node.role === 'buffer' ? ', style=dashed' : '';
    for (const { from, to } of linksInto(node)) {
      lines.push(`  ${quote(from.node)} -> ${quote(node.name)} [label=${quote(to.port)}${dashed}];`);
    }
  }
  return [...lines, '}'].join('\n');
}

/** An example of a node type: a graph document of these nodes that pulls the named ones once. */
export function example(nodes: { readonly [name: string]: object }, ...pull: string[]) {
  return { formatVersion: 1, nodes, schedule: [{ pull: pull.length === 1 ? pull[0] : pull }] };
}

/** Nodes that make a dome of depth, for examples. */
export const dome = {
  mask: { type: 'source/constant', params: { shape: [1, 16, 16, 1], value: 1 } },
  depth: { type: 'prior/ellipsoid', in: { mask: 'mask' } },
} as const;

/** A constant tensor, for examples. */
export function constant(shape: readonly number[], value = 0) {
  return { type: 'source/constant', params: { shape, value } };
}

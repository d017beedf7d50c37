/** GAN2Shape as a library: open a graph, run it, subscribe to its events. */
export { describeEngines, EngineError, type EngineName, type EngineReport } from './runtime/engine/index.ts';
export {
  type CheckedGraph,
  checkGraph,
  type Graph,
  type GraphError,
  InvalidGraph,
  loadGraph,
  openGraph,
  planGraph,
  renderErrors,
} from './runtime/graph/index.ts';
export {
  checkpointFile,
  defineNode,
  initial,
  type NodeType,
  networkNames,
  port,
  type WeightOptimizer,
} from './runtime/node.ts';
export { InvalidNodes, loadRegistry, type Registry, type RegistryOptions } from './runtime/registry.ts';
export * from './runtime/run/index.ts';

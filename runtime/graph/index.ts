export { canonicalJson, hashJson } from './canonical.ts';
export { type CheckedGraph, checkGraph, type OpenOptions, openGraph } from './check.ts';
export { CATALOGUE, type GraphError, type GraphErrorCode, InvalidGraph, type Related } from './errors.ts';
export { type End, type Graph, type GraphNode, type Link, paramsIn, type ScheduleStep } from './graph.ts';
export {
  formatDocument,
  graphHash,
  type LoadedGraph,
  type LoadOptions,
  loadDocument,
  loadGraph,
} from './load.ts';
export { isObject, type Json, type JsonObject } from './located.ts';
export { FORMAT_VERSION } from './migrate.ts';
export { type Action, type Plan, type PlanEntry, type PullPlan, planGraph } from './plan.ts';
export { type ErrorColours, errorsToJson, renderError, renderErrors } from './render.ts';
export { graphSchema, writeSchema } from './schema.ts';
export type { Excerpt, Position } from './source.ts';

import type { NodeType, ParamsJson, Role } from '../node.ts';
import type { JsonObject } from './located.ts';
import type { Origin } from './source.ts';

/** One end of a connection. */
export interface End {
  readonly node: string;
  readonly port: string;
}

/** A connection from an output to an input. */
export interface Link {
  readonly from: End;
  readonly to: End;
  /** Place in a list input, or name in a map input; undefined where the two ports hold the same. */
  readonly key?: number | string;
  /** Where the connection is written, and its JSON pointer. */
  readonly origin: Origin;
  readonly pointer: string;
}

/** A node of a checked graph. */
export interface GraphNode {
  readonly name: string;
  readonly title: string;
  readonly type: NodeType;
  readonly role: Role;
  /** Checked, with defaults. Stages may give other values: see `ScheduleStep.params`. */
  readonly params: ParamsJson;
  /**
   * Connections by input: lists in the order of the document, maps by name; absent for unconnected optional inputs. A
   * list or map that another node gives whole is one link without a key.
   */
  readonly inputs: ReadonlyMap<string, readonly Link[]>;
  /** For networks, the node whose weights it uses: itself, unless it shares another's. */
  readonly weights?: string;
  /** For networks, whether optimizers leave it alone. */
  readonly frozen?: boolean;
  /** For optimizers, the owners of the weights that it trains. */
  readonly trains?: readonly string[];
}

/** One entry of the schedule with stages and repetitions unrolled. */
export interface ScheduleStep {
  /** Position in the unrolled schedule. */
  readonly index: number;
  /** The stages that it is in, outermost first; `repetition` counts from 0. */
  readonly stages: readonly { readonly name: string; readonly repetition: number; readonly repeat: number }[];
  readonly pull: readonly string[];
  readonly times: number;
  readonly also: readonly { readonly pull: readonly string[]; readonly every: number }[];
  /** Parameters of the nodes for which this stage's differ from the graph's. */
  readonly params: ReadonlyMap<string, ParamsJson>;
  /** The networks that each optimizer trains here, where the stage's parameters change them. */
  readonly trains: ReadonlyMap<string, readonly string[]>;
}

/** A checked graph: everything that planning and running need. */
export interface Graph {
  /** The file that it came from. */
  readonly file: string;
  readonly title: string;
  /** The resolved document, with every node's version stated. */
  readonly document: JsonObject;
  /** SHA-256 of the canonical form of `document`. */
  readonly hash: string;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly schedule: readonly ScheduleStep[];
}

/** The parameters of a node in a schedule step. */
export function paramsIn(node: GraphNode, step: Pick<ScheduleStep, 'params'> | undefined): ParamsJson {
  return step?.params.get(node.name) ?? node.params;
}

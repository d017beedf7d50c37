import type { ParamsJson } from '../node.ts';
import { parametersOf } from './dimension.ts';
import type { Check } from './draft.ts';
import type { Link } from './graph.ts';
import { propertyOf, toPointer } from './located.ts';
import { kindsAgree, type Port } from './port.ts';
import { type ShapeConstraint, unifyShapes } from './shapes.ts';
import type { Origin } from './source.ts';
import { type Scope, Unknowns } from './unknowns.ts';

/**
 * Checks that both ends of every connection agree in kind and shape. `order` lists producers before consumers;
 * `params` gives the parameters of a node, for the document or for a stage. `stage` is where the stage's values are
 * written, when they are not the document's own.
 */
export function checkTypes(
  check: Check,
  order: readonly string[],
  params: (node: string) => ParamsJson | undefined,
  stage?: Origin,
): void {
  const constraints: ShapeConstraint<Link>[] = [];
  const scopes = new Map<string, Scope>();
  const scope = (node: string): Scope => {
    const known = scopes.get(node) ?? { node, params: params(node) ?? {} };
    scopes.set(node, known);
    return known;
  };
  for (const name of order) {
    reportBadDimensions(check, name, params(name), stage);
    for (const link of check.drafts.get(name)?.links ?? []) {
      const given = portOf(check, link, 'from');
      const taken = portOf(check, link, 'to');
      if (!given || !taken) continue;
      if (!kindsAgree(given.tensor.kind, taken.tensor.kind)) {
        check.report.add('dtype-conflict', link.origin, {
          ...endsOf(link),
          found: given.type,
          expected: taken.type,
        });
        continue;
      }
      constraints.push({
        given: {
          type: given.tensor,
          scope: scope(link.from.node),
          instance: `${link.from.node} out ${link.from.port}`,
        },
        taken: {
          type: taken.tensor,
          scope: scope(link.to.node),
          instance: `${link.to.node} in ${link.to.port} ${link.key ?? ''}`,
        },
        link,
      });
    }
  }
  for (const { link, reason, given, taken, chain } of unifyShapes(constraints)) {
    const because = chain.map((one) => ({
      message: `${one.from.node}.${one.from.port} enters ${one.to.node}.${one.to.port} here`,
      at: one.origin,
    }));
    check.report.add('shape-conflict', link.origin, {
      ...endsOf(link),
      found: withKnown(portOf(check, link, 'from'), given),
      expected: withKnown(portOf(check, link, 'to'), taken),
      reason,
      related: stage ? [{ message: 'with the values of this stage', at: stage }, ...because] : because,
    });
  }
}

/** Reports dimensions that parameters alone decide and that are no whole number of at least 1. */
function reportBadDimensions(
  check: Check,
  name: string,
  params: ParamsJson | undefined,
  stage?: Origin,
): void {
  const draft = check.drafts.get(name);
  if (!draft?.type || !params) return;
  const nothing = new Unknowns<never>();
  for (const [port, { tensor }] of Object.entries({ ...draft.type.inputs, ...draft.type.outputs })) {
    for (const text of [...tensor.before, ...tensor.after]) {
      if (parametersOf(text).length === 0) continue;
      const value = nothing.evaluate({ text, scope: { node: name, params } }, []);
      if (!value || value.terms.size > 0 || (Number.isInteger(value.constant) && value.constant >= 1))
        continue;
      check.report.add('bad-dimension', stage ?? propertyOf(draft.located, 'params')?.origin ?? draft.key, {
        pointer: toPointer(['nodes', name]),
        node: name,
        port,
        found: tensor.text,
        reason: String(value.constant),
      });
    }
  }
}

function portOf(check: Check, link: Link, side: 'from' | 'to'): Port | undefined {
  const { node, port } = link[side];
  const type = check.drafts.get(node)?.type;
  return side === 'from' ? type?.outputs[port] : type?.inputs[port];
}

function endsOf(link: Link) {
  return {
    pointer: link.pointer,
    node: link.to.node,
    port: link.to.port,
    source: `${link.from.node}.${link.from.port}`,
  };
}

/** `image[B,S,S,3] = image[16,64,64,3]`, or just the type where nothing more is known. */
function withKnown(port: Port | undefined, known: string): string {
  return !port || port.type === known ? known : `${port.type} = ${known}`;
}

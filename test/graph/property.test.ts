import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE, formatDocument, planGraph, renderErrors } from '../../runtime/graph/index.ts';
import type { Registry } from '../../runtime/registry.ts';
import { mutate, mutation, oddValue, shuffled, textEdit, validDocument } from './arbitraries.ts';
import { checkDocument, graphOf, toyRegistry } from './toys.ts';

/** How many documents each property tries, and from which seed; a nightly run sets 10,000. */
const numRuns = Number(process.env.GRAPH_PROPERTY_RUNS ?? 500);
const seed = Number(process.env.GRAPH_PROPERTY_SEED ?? 1);
const interruptAfterTimeLimit = 60_000 + numRuns * 20;

let registry: Registry;
beforeAll(async () => {
  registry = await toyRegistry();
});

/** Checks a text; whatever it is, the outcome is a graph that can be planned, or errors that point into it. */
function checkAnything(text: string, set: readonly string[] = []): void {
  const { graph, errors } = checkDocument(registry, text, { set });
  if (graph) {
    const plan = planGraph(graph);
    for (const step of graph.schedule.slice(0, 100)) plan.step(step);
    expect(graphOf(registry, formatDocument(graph.document)).hash).toBe(graph.hash);
    return;
  }
  expect(errors.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const error of errors) {
    expect(Object.keys(CATALOGUE)).toContain(error.code);
    if (error.file !== '--set') {
      expect(error.line).toBeLessThanOrEqual(lines.length);
      expect(error.column).toBeLessThanOrEqual((lines[error.line - 1] ?? '').length + 1);
    }
    expect(error.column).toBeGreaterThanOrEqual(1);
  }
  expect(renderErrors(errors)).not.toMatch(/undefined|\[object/);
}

describe(`${numRuns} random documents`, () => {
  const settings = { numRuns, seed, interruptAfterTimeLimit, markInterruptAsFailure: true };

  it('that are valid are accepted and keep document and hash through writing, reading and reordering', () => {
    fc.assert(
      fc.property(validDocument, fc.nat(), (document, turn) => {
        const graph = graphOf(registry, document);
        const again = graphOf(registry, formatDocument(graph.document));
        expect(again.document).toEqual(graph.document);
        expect(again.hash).toBe(graph.hash);
        expect(graphOf(registry, shuffled(document, turn)).hash).toBe(graph.hash);
        const plan = planGraph(graph).pull('opt');
        const done = new Set<string>();
        for (const { node, action } of plan.entries) {
          if (action !== 'read')
            for (const link of [...node.inputs.values()].flat()) expect(done).toContain(link.from.node);
          done.add(node.name);
        }
        expect(done.size).toBe(plan.entries.length);
      }),
      settings,
    );
  });

  it('with changed values end in a graph or in coded errors', () => {
    fc.assert(
      fc.property(
        validDocument,
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (document, mutations) => {
          const changed = structuredClone(document);
          for (const one of mutations) mutate(changed, one);
          checkAnything(JSON.stringify(changed, null, 2));
        },
      ),
      settings,
    );
  });

  it('with changed letters end in a graph or in coded errors', () => {
    fc.assert(
      fc.property(validDocument, fc.array(textEdit, { minLength: 1, maxLength: 4 }), (document, edits) => {
        let text = JSON.stringify(document, null, 1);
        for (const { at, remove, insert } of edits) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + insert + text.slice(place + remove);
        }
        checkAnything(text);
      }),
      settings,
    );
  });

  it('with any overrides end in a graph or in coded errors', () => {
    const key = fc.oneof(
      fc.constantFrom('nodes', 'settings', 'schedule', 'net', 'params', 'in', 'rate', 'x'),
      fc.string({ maxLength: 5 }),
    );
    const argument = fc
      .tuple(
        fc.array(key, { maxLength: 5 }),
        fc.oneof(
          oddValue.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
      )
      .map(([path, value]) => `${path.join('.')}=${value}`);
    fc.assert(
      fc.property(
        validDocument,
        fc.array(fc.oneof(argument, fc.string()), { maxLength: 4 }),
        (document, set) => {
          checkAnything(JSON.stringify(document, null, 2), set);
        },
      ),
      settings,
    );
  });
});

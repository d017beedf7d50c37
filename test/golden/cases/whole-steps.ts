import type { GoldenCase } from '../fixture.ts';
import { type MethodCase, methodCase } from '../method-case.ts';
import { MethodComparer } from '../method-compare.ts';
import { methodGraph } from '../method-graph.ts';
import { runMethod } from '../method-run.ts';
import { type Outputs, outputsOf, recorder } from '../method-values.ts';
import type { CaseHandler } from './handler.ts';

/**
 * Steps 1, 2, collect and 3 with their updates: the official graph with the networks, the image and the draws of the
 * case, run pull by pull by the executor.
 */
export const wholeSteps: CaseHandler = {
  family: 'whole-steps',
  matches: (golden: GoldenCase) =>
    /model\.py.*\bGAN2Shape\b/.test(golden.reference) && golden.has('input_im', 'step1/loss_per_iteration'),

  async run(golden, check) {
    const method = methodCase(golden);
    const outputs = outputsOf(method);
    const recorders = recordersOf(method, outputs);
    const compared = new MethodComparer(method, check);
    for await (const entry of runMethod(await methodGraph(method, { recorders }), golden)) {
      const name = entry.pull.find((one) => one in outputs) ?? '';
      compared.outputs(entry, outputs[name] ?? {});
      if (name === 'record1') compared.step1(entry);
      if (name === 'record2') compared.step2(entry);
      if (name === 'recordCollected') compared.collected(entry);
      if (name === 'record3') compared.step3(entry);
    }
    // Gradients by fields need taps between the nodes: a graph of its own, of which the first updates do.
    const tapped = await methodGraph(method, { taps: true, recorders });
    const entries = method.useMask ? 3 : 2;
    for await (const entry of runMethod(tapped, { folder: golden.folder, entries })) {
      if (entry.pull.includes('gradients1')) compared.fields(entry);
    }
  },
};

function recordersOf(method: MethodCase, outputs: { readonly [recorder: string]: Outputs }) {
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, recorder(method, name, outputs)]));
}

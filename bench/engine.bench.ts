import { adamPart } from './engine/adam.ts';
import { encoderDecoderPart } from './engine/encoder-decoder.ts';
import { forwardPart } from './engine/forward.ts';
import { generatorPart } from './engine/generator.ts';
import { rasterizerPart } from './engine/rasterizer.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import type { Comparison } from './measure.ts';

type Part = (options: BenchOptions) => AsyncIterable<Comparison>;

const PARTS: Readonly<Record<string, Part>> = {
  'encoder-decoder': encoderDecoderPart,
  generator: generatorPart,
  rasterizer: rasterizerPart,
  forward: forwardPart,
  adam: adamPart,
};

/** The engine's training steps, rasterizer and optimizer against PyTorch and other TensorFlow.js backends. */
export const benchmark: Benchmark = {
  summary: `training steps, rasterizer, optimizer; parts: ${Object.keys(PARTS).join(', ')}; --pytorch compares`,
  async *run(options) {
    const unknown = options.only.find((name) => !(name in PARTS));
    if (unknown) throw new Error(`engine has no part ${unknown}. Parts: ${Object.keys(PARTS).join(', ')}.`);
    for (const [name, part] of Object.entries(PARTS)) {
      if (options.only.length === 0 || options.only.includes(name)) yield* part(options);
    }
  },
};

import { pulledNodes } from '../../../cli/view/ancestors.ts';
import type { RunEvent, RunNode, RunStage } from '../../../runtime/run/events.ts';
import { facePath, IMAGE_NAMES } from './faces.ts';

const NODES: readonly (readonly [name: string, type: string, role: string, inputs: string])[] = [
  ['target', 'source/image-folder', 'source', ''],
  ['depthNet', 'network/ed-deconv', 'network', 'target'],
  ['albedoNet', 'network/ed-deconv', 'network', 'target'],
  ['viewNet', 'network/encoder', 'network', 'target'],
  ['lightNet', 'network/encoder', 'network', 'target'],
  ['depth', 'shape/depth', 'operation', 'depthNet'],
  ['normals', 'shape/normals', 'operation', 'depth'],
  ['shading', 'shape/shading', 'operation', 'normals lightNet'],
  ['texture', 'shape/texture', 'operation', 'albedoNet shading'],
  ['warp', 'renderer/warp', 'operation', 'depth viewNet'],
  ['recon', 'renderer/sample', 'operation', 'texture warp'],
  ['photo', 'loss/photometric', 'operation', 'recon target warp'],
  ['perceptual', 'loss/lpips', 'operation', 'recon target'],
  ['smooth', 'loss/smooth', 'operation', 'depth'],
  ['total1', 'loss/weighted-sum', 'operation', 'photo perceptual smooth'],
  ['step1', 'optimizer/adam', 'optimizer', 'total1'],
  ['prior', 'sample/views-and-lights', 'operation', 'viewNet lightNet'],
  ['pseudo', 'renderer/pseudo-views', 'operation', 'depth albedoNet prior'],
  ['offset', 'network/offset-encoder', 'network', 'pseudo'],
  ['generator', 'gan/stylegan2-generator', 'network', 'offset'],
  ['project', 'gan/project', 'operation', 'generator'],
  ['features', 'gan/discriminator-features', 'network', 'project pseudo'],
  ['latentNorm', 'loss/norm', 'operation', 'offset'],
  ['total2', 'loss/weighted-sum', 'operation', 'features latentNorm'],
  ['step2', 'optimizer/adam', 'optimizer', 'total2'],
  ['projected', 'buffer/replay', 'buffer', 'project'],
  ['recon3', 'renderer/sample', 'operation', 'depth albedoNet viewNet lightNet'],
  ['photo3', 'loss/photometric', 'operation', 'recon3 projected'],
  ['perceptual3', 'loss/lpips', 'operation', 'recon3 projected'],
  ['total3', 'loss/weighted-sum', 'operation', 'photo3 perceptual3 smooth'],
  ['step3', 'optimizer/adam', 'optimizer', 'total3'],
  ['side', 'metric/side', 'operation', 'depth target'],
  ['mad', 'metric/mad', 'operation', 'normals target'],
  ['preview', 'sink/preview', 'sink', 'recon depth normals'],
  ['mesh', 'sink/mesh', 'sink', 'depth texture'],
];

const VALUES: { readonly [node: string]: readonly (readonly [name: string, from: number, to: number])[] } = {
  step1: [
    ['total1', 1.4, 0.21],
    ['photo', 0.62, 0.08],
    ['perceptual', 1.5, 0.25],
    ['smooth', 0.004, 0.0021],
  ],
  step2: [
    ['total2', 2.8, 0.74],
    ['features', 2.5, 0.66],
    ['latentNorm', 0.9, 0.31],
  ],
  projected: [],
  step3: [
    ['total3', 0.9, 0.16],
    ['photo3', 0.44, 0.06],
    ['perceptual3', 0.9, 0.2],
    ['smooth', 0.0021, 0.0009],
  ],
};

const PACE: { readonly [node: string]: number } = { step1: 82, step2: 240, projected: 95, step3: 118 };

export interface FixtureOptions {
  readonly items?: number;
  readonly stages?: number;
  /** Multiplies the number of pulls; 1 is the original's schedule, about an hour. */
  readonly scale?: number;
  readonly start?: number;
  readonly folder?: string;
  /** How the run ends. */
  readonly end?: 'completed' | 'interrupted' | 'failed';
}

export const FIXTURE_NODES: readonly RunNode[] = NODES.map(([name, type, role, inputs]) => {
  return { name, type, role, title: name, inputs: inputs === '' ? [] : inputs.split(' ') };
});

/**
 * The events of a run that looks like GAN2Shape on faces: the same for the same options. Its second item loses a sink,
 * and an interrupted or failed run ends in the middle of the last item.
 */
export function* fixtureEvents(options: FixtureOptions = {}): Generator<RunEvent> {
  const {
    items: count = 3,
    stages: stageCount = 4,
    scale = 1,
    folder = 'runs/celeba-0007',
    end = 'completed',
  } = options;
  const items = Array.from({ length: count }, (_, i) =>
    i === 1 ? '顔-0002.png' : `face-${String(i + 1).padStart(4, '0')}.png`,
  );
  const stages = Array.from({ length: stageCount }, (_, i) => stageOf(i, scale));
  const pullsPerItem = stages.flatMap((stage) => stage.pulls).reduce((sum, pull) => sum + pull.times, 0);
  const total = pullsPerItem * count;
  let time = options.start ?? Date.UTC(2026, 0, 5, 9, 0, 0);
  let step = 0;
  let noise = 1;
  const random = () => {
    noise = (noise * 1103515245 + 12345) % 2147483648;
    return noise / 2147483648;
  };
  const started = time;
  yield {
    kind: 'run-started',
    time,
    run: 'celeba-0007',
    folder,
    seed: 7,
    items,
    stages,
    pullsPerItem,
    nodes: FIXTURE_NODES,
    graph: { name: 'celeba', file: 'graphs/celeba.json', hash: '3f2a9177c0de' },
    engine: { name: 'onnx', threads: 8, reason: 'the fastest that works here' },
  };
  for (const [index, item] of items.entries()) {
    const itemStart = time;
    yield { kind: 'item-started', time, item, index, count };
    yield* images(item, index, 0);
    for (const [stageIndex, stage] of stages.entries()) {
      yield { kind: 'stage-started', time, item, stage: stage.name, index: stageIndex };
      for (const { node, times } of stage.pulls) {
        if (index === 0 && stageIndex === 0) yield compiled(node);
        const pace = PACE[node] as number;
        const chunk = Math.max(1, Math.round(400 / pace));
        for (let done = 0; done < times; ) {
          const pulls = Math.min(chunk, times - done);
          const milliseconds = pace * (0.95 + 0.1 * random());
          done += pulls;
          step += pulls;
          time += pulls * milliseconds;
          const share = (stageIndex + done / times) / stageCount;
          const values = Object.fromEntries(
            (VALUES[node] ?? []).map(([name, from, to]) => [
              name,
              from * (to / from) ** (share ** 0.6) * (0.96 + 0.08 * random()),
            ]),
          );
          yield {
            kind: 'pull',
            time,
            item,
            stage: stage.name,
            node,
            done,
            times,
            step,
            total,
            values,
            milliseconds,
          };
          if (Math.floor(time / 10_000) !== Math.floor((time - pulls * milliseconds) / 10_000))
            yield memory();
          if (done === pulls) yield profile(node);
          if (
            end !== 'completed' &&
            index === count - 1 &&
            stageIndex === 1 &&
            node === 'step2' &&
            done * 2 >= times
          ) {
            yield* ending(item, node);
            return;
          }
        }
      }
      yield* images(item, index, Math.min(3, stageIndex + 1));
      const left = 1 - (stageIndex + 1) / stageCount;
      yield {
        kind: 'metric',
        time,
        item,
        node: 'side',
        name: 'SIDE',
        unit: '×10⁻²',
        better: 'lower',
        step,
        value: 0.78 + 0.6 * left + 0.05 * index,
      };
      yield {
        kind: 'metric',
        time,
        item,
        node: 'mad',
        name: 'MAD',
        unit: '°',
        better: 'lower',
        step,
        value: 16.2 + 9 * left + index,
      };
      yield {
        kind: 'checkpoint',
        time,
        path: `checkpoints/${step}`,
        step,
        bytes: 412_000_000,
        milliseconds: 640,
      };
      if (index === 1 && stageIndex === 1) {
        const problem = {
          code: 'sink/no-space',
          message: 'no space left on the device',
          hint: 'free some space',
          node: 'mesh',
        };
        yield { kind: 'sink-failed', time, item, node: 'mesh', problem };
      }
    }
    yield { kind: 'item-finished', time, item, milliseconds: time - itemStart };
  }
  yield { kind: 'run-finished', time, status: 'completed', milliseconds: time - started, failedItems: [] };

  function* images(item: string, index: number, state: number): Generator<RunEvent> {
    for (const name of IMAGE_NAMES) {
      if (name === 'input' && state > 0) continue;
      yield {
        kind: 'image',
        time,
        item,
        node: 'preview',
        name,
        path: facePath(index, name, state),
        width: 96,
        height: 96,
        step,
      };
    }
  }
  function compiled(node: string): RunEvent {
    time += 4000;
    return {
      kind: 'compiled',
      time,
      node,
      operators: 812,
      sessions: 2,
      hostOperations: 3,
      peakBytes: 1.2e9,
      milliseconds: 4000,
    };
  }
  function memory(): RunEvent {
    return { kind: 'memory', time, residentBytes: 2.1e9 + 5e7 * random(), tensors: 1240, mainThreadGap: 6 };
  }
  function profile(node: string): RunEvent {
    const weights: { readonly [name: string]: number } = {
      generator: 40,
      features: 22,
      perceptual: 30,
      perceptual3: 30,
      warp: 9,
      depthNet: 8,
      albedoNet: 8,
    };
    const pulled = pulledNodes(FIXTURE_NODES, node);
    const shares = FIXTURE_NODES.filter(({ name }) => pulled.has(name)).map(({ name }) => ({
      node: name,
      milliseconds: weights[name] ?? 1,
      bytes: 1e6,
    }));
    return { kind: 'profile', time, node, shares };
  }
  function* ending(item: string, node: string): Generator<RunEvent> {
    if (end === 'failed') {
      const problem = {
        code: 'run/not-finite',
        message: 'the loss is NaN',
        hint: 'try a lower learning rate',
        node: 'features',
      };
      yield { kind: 'item-failed', time, item, problem };
      yield {
        kind: 'run-finished',
        time,
        status: 'failed',
        milliseconds: time - started,
        failedItems: [item],
        problem,
      };
      return;
    }
    yield { kind: 'log', time, level: 'warning', message: `interrupted while pulling ${node}` };
    yield {
      kind: 'checkpoint',
      time,
      path: `checkpoints/${step}`,
      step,
      bytes: 412_000_000,
      milliseconds: 640,
    };
    yield {
      kind: 'run-finished',
      time,
      status: 'interrupted',
      milliseconds: time - started,
      failedItems: [],
      resume: `npx gan2shape run --resume ${folder}`,
    };
  }
}

function stageOf(index: number, scale: number): RunStage {
  const times = (count: number) => Math.max(1, Math.round(count * scale));
  const first = index === 0;
  return {
    name: first ? 'start' : `refine-${index}`,
    pulls: [
      { node: 'step1', times: times(first ? 600 : 200) },
      { node: 'step2', times: times(first ? 500 : 200) },
      { node: 'projected', times: times(first ? 400 : 200) },
      { node: 'step3', times: times(first ? 400 : 200) },
    ],
  };
}

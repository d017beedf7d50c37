import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { convNormRelu } from '../../runtime/nn/conv-norm.ts';
import { conv } from '../../runtime/nn/layers.ts';
import { entryOfFile, loadNetwork } from '../../runtime/nn/load.ts';
import { bottleneck, stage } from '../../runtime/nn/resnet.ts';
import { type Module, Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { maxPool2d } from '../../runtime/ops/max-pool.ts';
import { resizeArea, resizeBilinear } from '../../runtime/ops/resize.ts';

/** Blocks in the four stages of the residual networks, by their number of layers. */
const BLOCKS = { 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3] } as const;

export interface PspNetOptions {
  /** Layers of the residual network. */
  readonly layers: keyof typeof BLOCKS;
  readonly classes: number;
  /** Sides of the pyramid's poolings; none for no pyramid. */
  readonly bins: readonly number[];
  /** Scores come at zoom/8 of the image's size. */
  readonly zoom: number;
}

export interface PspNet {
  /** What the stem and the four stages of the residual network end with. */
  readonly features: readonly tf.Tensor4D[];
  /** [B,(H-1)/8·zoom+1,(W-1)/8·zoom+1,classes] */
  readonly scores: tf.Tensor4D;
}

/** Three convolutions in place of one of 7×7, then a pooling: 1/4 of the image's size. */
const stem: Module = (scope) => {
  const layers = [
    convNormRelu({ in: 3, out: 64, kernel: 3, stride: 2, padding: 1, names: ['0', '1'] })(scope),
    convNormRelu({ in: 64, out: 64, kernel: 3, padding: 1, names: ['3', '4'] })(scope),
    convNormRelu({ in: 64, out: 128, kernel: 3, padding: 1, names: ['6', '7'] })(scope),
  ];
  return (image) => {
    const x = layers.reduce((y, layer) => layer(y), image);
    return maxPool2d(x, { kernel: 3, stride: 2, padding: 1 });
  };
};

/** Features beside their means over grids of bin×bin cells, each brought to `out` channels. */
function pyramidPooling(inputs: number, out: number, bins: readonly number[]): Module {
  return (scope) => {
    const reduce = bins.map((_, i) =>
      convNormRelu({ in: inputs, out, kernel: 1, names: ['1', '2'] })(scope.at(`features.${i}`)),
    );
    return (x) => {
      const size = [x.shape[1], x.shape[2]] as const;
      const levels = reduce.map((layer, i) => {
        const bin = bins[i] as number;
        return resizeBilinear(layer(resizeArea(x, [bin, bin])), size, { alignCorners: true });
      });
      return tf.concat([x, ...levels], 3);
    };
  };
}

function classifier(inputs: number, classes: number): Module {
  return (scope) => {
    const features = convNormRelu({ in: inputs, out: 512, kernel: 3, padding: 1, names: ['0', '1'] })(scope);
    const classify = conv({ in: 512, out: classes, kernel: 1, bias: true })(scope.at(4));
    return (x) => classify(features(x));
  };
}

/**
 * PSPNet (Zhao et al. 2017, "Pyramid Scene Parsing Network"): a residual network whose last two stages are dilated
 * rather than strided, so that features stay at 1/8 of the image's size.
 */
export function pspNet({ layers, classes, bins, zoom }: PspNetOptions) {
  const [count1, count2, count3, count4] = BLOCKS[layers];
  const channels = 2048;
  return (scope: Scope): ((image: tf.Tensor4D) => PspNet) => {
    const stages = [
      stem(scope.at('layer0')),
      stage(bottleneck, count1, { in: 128, width: 64, out: 256 })(scope.at('layer1')),
      stage(bottleneck, count2, { in: 256, width: 128, out: 512, stride: 2 })(scope.at('layer2')),
      stage(bottleneck, count3, { in: 512, width: 256, out: 1024, dilation: 2 })(scope.at('layer3')),
      stage(bottleneck, count4, { in: 1024, width: 512, out: channels, dilation: 4 })(scope.at('layer4')),
    ];
    const pyramid =
      bins.length > 0
        ? pyramidPooling(channels, Math.floor(channels / bins.length), bins)(scope.at('ppm'))
        : undefined;
    const classify = classifier(pyramid ? 2 * channels : channels, classes)(scope.at('cls'));
    return (image) => {
      const size = [image.shape[1], image.shape[2]].map((length) => {
        if ((length - 1) % 8 === 0) return ((length - 1) / 8) * zoom + 1;
        throw new RangeError(`image has shape [${image.shape}], expected a multiple of 8 and one more`);
      }) as [number, number];
      const features: tf.Tensor4D[] = [];
      let x = image;
      for (const layer of stages) {
        x = layer(x);
        features.push(x);
      }
      const scores = classify(pyramid ? pyramid(x) : x);
      return {
        features,
        scores: zoom === 1 ? scores : resizeBilinear(scores, size, { alignCorners: true }),
      };
    };
  };
}

const params = Type.Object({
  layers: Type.Union([Type.Literal(50), Type.Literal(101), Type.Literal(152)], {
    description: 'Layers of the residual network',
    default: 50,
  }),
  classes: Type.Integer({
    description: 'Number of classes: 21 for VOC, 150 for ADE20K',
    default: 21,
    minimum: 2,
  }),
  bins: Type.Array(Type.Integer({ minimum: 1 }), {
    description: "Sides of the pyramid's poolings",
    default: [1, 2, 3, 6],
  }),
  checkpoint: checkpointFile(),
  entry: entryOfFile('state_dict', 'state_dict'),
});

function network(options: Type.Static<typeof params>) {
  return pspNet({ ...options, zoom: 8 });
}

export const pspNetNode = defineNode({
  type: 'segmentation/pspnet',
  version: 1,
  title: 'PSPNet',
  description:
    'Scores for what each pixel shows (Zhao et al. 2017, "Pyramid Scene Parsing Network"), on a dilated ResNet. ' +
    'GAN2Shape masks objects with it, at 473×473 pixels: in VOC, car is class 7, cat 8 and horse 13; in ADE20K, ' +
    'building is class 1.',
  params,
  inputs: {
    image: port('image[B,H,W,3]', { description: 'Of a height and width that are multiples of 8, plus 1' }),
  },
  outputs: { scores: port('float[B,H,W,$classes]') },
  role: 'network',
  frozen: true,
  run: ({ inputs, params, context }) => ({
    scores: network(params)(new Scope(context.weights))(inputs.image).scores,
  }),
  load: ({ params, context }) =>
    loadNetwork(network(params), {
      file: params.checkpoint,
      entry: params.entry,
      context,
      network: `a PSPNet-${params.layers} of ${params.classes} classes`,
      unused: /num_batches_tracked$|(^|\.)aux\./,
    }),
});

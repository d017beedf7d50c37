import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { convNorm, convNormRelu } from '../../runtime/nn/conv-norm.ts';
import { conv } from '../../runtime/nn/layers.ts';
import { entryOfFile, loadNetwork } from '../../runtime/nn/load.ts';
import { basicBlock, stage } from '../../runtime/nn/resnet.ts';
import { type Module, Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { maxPool2d } from '../../runtime/ops/max-pool.ts';
import { resizeBilinear, resizeNearest } from '../../runtime/ops/resize.ts';

/** ResNet-18 without its head: features of 1/8, 1/16 and 1/32 of the image's size. */
function resnet18(scope: Scope): (image: tf.Tensor4D) => [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const stem = convNormRelu({ in: 3, out: 64, kernel: 7, stride: 2, padding: 3, names: ['conv1', 'bn1'] })(
    scope,
  );
  const layer = (name: string, inputs: number, width: number, stride: number) =>
    stage(basicBlock, 2, { in: inputs, width, out: width, stride })(scope.at(name));
  const layer1 = layer('layer1', 64, 64, 1);
  const layer2 = layer('layer2', 64, 128, 2);
  const layer3 = layer('layer3', 128, 256, 2);
  const layer4 = layer('layer4', 256, 512, 2);
  return (image) => {
    const eighth = layer2(layer1(maxPool2d(stem(image), { kernel: 3, stride: 2, padding: 1 })));
    const sixteenth = layer3(eighth);
    return [eighth, sixteenth, layer4(sixteenth)];
  };
}

const CONV_BN = ['conv', 'bn'] as const;

function convBlock(inputs: number, out: number, kernel: 1 | 3): Module {
  return convNormRelu({ in: inputs, out, kernel, padding: (kernel - 1) / 2, names: CONV_BN });
}

/** The mean over all pixels, [B,1,1,C]. */
function globalMean(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mean(x, [1, 2], true);
}

/** Features, each channel scaled by an attention in (0, 1) that their mean decides. */
function attentionRefinement(inputs: number, out: number): Module {
  return (scope) => {
    const features = convBlock(inputs, out, 3)(scope.at('conv'));
    const attention = convNorm({ in: out, out, kernel: 1, names: ['conv_atten', 'bn_atten'] })(scope);
    return (x) => {
      const y = features(x);
      return tf.mul(y, tf.sigmoid(attention(globalMean(y))));
    };
  };
}

/** Two features joined into one, with an attention that adds to it. */
function featureFusion(channels: number): Module {
  return (scope) => {
    const join = convBlock(channels, channels, 1)(scope.at('convblk'));
    const squeeze = conv({ in: channels, out: channels / 4, kernel: 1 })(scope.at('conv1'));
    const excite = conv({ in: channels / 4, out: channels, kernel: 1 })(scope.at('conv2'));
    return (x) => {
      const y = join(x);
      return tf.add(tf.mul(y, tf.sigmoid(excite(tf.relu(squeeze(globalMean(y)))))), y);
    };
  };
}

function output(inputs: number, width: number, classes: number): Module {
  return (scope) => {
    const features = convBlock(inputs, width, 3)(scope.at('conv'));
    const classify = conv({ in: width, out: classes, kernel: 1 })(scope.at('conv_out'));
    return (x) => classify(features(x));
  };
}

export interface BiSeNet {
  /** Features of ResNet-18 at 1/8 and 1/32 of the image's size. */
  readonly features: { readonly eighth: tf.Tensor4D; readonly thirtySecond: tf.Tensor4D };
  /** Class scores [B,H,W,classes]: the result, and those of two coarser features, which only help in training. */
  readonly scores: { main(): tf.Tensor4D; sixteenth(): tf.Tensor4D; thirtySecond(): tf.Tensor4D };
}

/**
 * BiSeNet (Yu et al. 2018, "Bilateral Segmentation Network"), with features of its context path in place of the
 * spatial path, as in the network for faces that GAN2Shape uses.
 */
export function biSeNet(classes: number) {
  return (scope: Scope): ((image: tf.Tensor4D) => BiSeNet) => {
    const context = scope.at('cp');
    const resnet = resnet18(context.at('resnet'));
    const refine16 = attentionRefinement(256, 128)(context.at('arm16'));
    const refine32 = attentionRefinement(512, 128)(context.at('arm32'));
    const head32 = convBlock(128, 128, 3)(context.at('conv_head32'));
    const head16 = convBlock(128, 128, 3)(context.at('conv_head16'));
    const average = convBlock(512, 128, 1)(context.at('conv_avg'));
    const fuse = featureFusion(256)(scope.at('ffm'));
    const out = output(256, 256, classes)(scope.at('conv_out'));
    const out16 = output(128, 64, classes)(scope.at('conv_out16'));
    const out32 = output(128, 64, classes)(scope.at('conv_out32'));
    return (image) => {
      const [eighth, sixteenth, thirtySecond] = resnet(image);
      const enlarge = (x: tf.Tensor4D, like: tf.Tensor4D) => resizeNearest(x, [like.shape[1], like.shape[2]]);
      const sum32 = tf.add<tf.Tensor4D>(refine32(thirtySecond), average(globalMean(thirtySecond)));
      const coarse = head32(enlarge(sum32, sixteenth));
      const fine = head16(enlarge(tf.add<tf.Tensor4D>(refine16(sixteenth), coarse), eighth));
      const full = (x: tf.Tensor4D) =>
        resizeBilinear(x, [image.shape[1], image.shape[2]], { alignCorners: true });
      return {
        features: { eighth, thirtySecond },
        scores: {
          main: () => full(out(fuse(tf.concat([eighth, fine], 3)))),
          sixteenth: () => full(out16(fine)),
          thirtySecond: () => full(out32(coarse)),
        },
      };
    };
  };
}

export const biSeNetNode = defineNode({
  type: 'segmentation/bisenet',
  version: 1,
  title: 'BiSeNet',
  description:
    'Scores for what each pixel shows (Yu et al. 2018, "BiSeNet: Bilateral Segmentation Network for Real-time ' +
    'Semantic Segmentation"), on ResNet-18. GAN2Shape masks faces with it, at 512×512 pixels: class 0 is the ' +
    'background, 1 to 13 the face, 14 to 18 neck, necklace, clothes, hair and hat.',
  params: Type.Object({
    classes: Type.Integer({ description: 'Number of classes', default: 19, minimum: 1 }),
    checkpoint: checkpointFile(),
    entry: entryOfFile('state_dict'),
  }),
  inputs: {
    image: port('image[B,H,W,3]'),
  },
  outputs: { scores: port('float[B,H,W,$classes]') },
  role: 'network',
  frozen: true,
  run: ({ inputs, params, context }) => ({
    scores: biSeNet(params.classes)(new Scope(context.weights))(inputs.image).scores.main(),
  }),
  load: ({ params, context }) =>
    loadNetwork(biSeNet(params.classes), {
      file: params.checkpoint,
      entry: params.entry,
      context,
      network: `a BiSeNet of ${params.classes} classes`,
      unused: /num_batches_tracked$/,
    }),
});

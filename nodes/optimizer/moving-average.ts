import { Type } from 'typebox';
import { FollowingAverage } from '../../runtime/engine/index.ts';
import { defineNode, networkNames, port } from '../../runtime/node.ts';

export const movingAverage = defineNode({
  type: 'optimizer/moving-average',
  version: 1,
  title: 'Moving average of weights',
  description:
    'θ′ ← β·θ′ + (1 − β)·θ at every pull: networks whose weights are the exponential moving average of those of others ' +
    'that are trained, which make the better images (Karras et al. 2018, "Progressive Growing of GANs", section 4). ' +
    'β = ½^(1/h), h = min(halfLife, rampUp·pulls), as in StyleGAN2. The averages begin as copies.',
  params: Type.Object({
    train: networkNames('The networks that hold the averages'),
    of: Type.Array(Type.String(), {
      description: 'The networks that they follow, in the same order; weights are matched by name',
    }),
    halfLife: Type.Number({
      description: 'Pulls after which half of a change has arrived',
      default: 600,
      exclusiveMinimum: 0,
    }),
    rampUp: Type.Number({
      description: 'The half-life as a share of the pulls so far, while that is less',
      default: 0.05,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: {
    average: port('any[...]', {
      description: 'Anything that the networks of the averages compute; its value does not matter',
    }),
  },
  outputs: {},
  role: 'optimizer',
  live: ['halfLife', 'rampUp'],
  create({ params: { train, of, halfLife, rampUp } }) {
    if (train.length !== of.length) {
      throw new RangeError(`${train.length} networks follow ${of.length}, expected one for each`);
    }
    const followed = new Map(train.map((name, i) => [name, of[i] as string]));
    const average = new FollowingAverage({
      source: (name) => {
        const end = name.indexOf('/');
        return `${followed.get(name.slice(0, end))}${name.slice(end)}`;
      },
      halfLife,
      rampUp,
    });
    return Object.assign(average, {
      configure(next: { readonly halfLife: number; readonly rampUp: number }) {
        average.halfLife = next.halfLife;
        average.rampUp = next.rampUp;
      },
    });
  },
});

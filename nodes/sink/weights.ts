import { Type } from 'typebox';
import { stateDict } from '../../runtime/nn/state-dict.ts';
import { weightEntries, writeWeights } from '../../runtime/nn/weights-file.ts';
import { defineNode, networkEntries } from '../../runtime/node.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const weights = defineNode({
  type: 'sink/weights',
  version: 1,
  title: 'Weights of networks',
  description:
    'Writes the weights of networks to a file, in PyTorch’s names and layout, which the parameter `checkpoint` of these ' +
    'networks loads. Several networks may share an entry, as the two parts of a GAN’s generator do.',
  example: {
    formatVersion: 1,
    nodes: {
      target: { type: 'source/pattern', params: { size: 4 } },
      net: { type: 'network/coordinate-mlp', params: { size: 4, features: 2, width: 3, layers: 1 } },
      error: { type: 'loss/mean-square', in: { a: 'net', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'] } },
      file: { type: 'sink/weights', params: { networks: { net: 'net' } } },
    },
    schedule: [{ pull: 'train', times: 2 }, { pull: 'file' }],
  },
  params: Type.Object({
    ...fileNameParams('weights'),
    networks: networkEntries(),
    precision: Type.Union([Type.Literal('float32'), Type.Literal('float16')], {
      description: 'Type of the numbers',
      default: 'float32',
    }),
    format: Type.Union([Type.Literal('pt'), Type.Literal('safetensors')], {
      description: 'PyTorch’s format, or safetensors, where names begin with their entry and a dot',
      default: 'pt',
    }),
  }),
  inputs: {},
  outputs: {},
  role: 'sink',
  async write({ params, context }) {
    const { networks, precision, format } = params;
    const entries = weightEntries(
      Object.entries(networks).map(([network, entry]) => {
        const tensors = stateDict(context.weights(network), { dtype: precision });
        return { network, entry, tensors };
      }),
    );
    await writeWeights(context.file(`${fileStem(params, context.step)}.${format}`), entries, { format });
  },
});

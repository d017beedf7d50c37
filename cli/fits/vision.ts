import { vgg16 } from '../../nodes/loss/lpips.ts';
import { biSeNet } from '../../nodes/segmentation/bisenet.ts';
import { type PspNetOptions, pspNet } from '../../nodes/segmentation/pspnet.ts';
import { countOf, type Part, problemsOf, type Recognised, type Recogniser, sizeAt } from './part.ts';

/** Channels that each of the heads of LPIPS weighs. */
const HEADS = [64, 128, 256, 512, 512];
/** Layers of a residual network by the blocks of its third stage. */
const LAYERS: Readonly<Record<number, PspNetOptions['layers']>> = { 6: 50, 23: 101, 36: 152 };

function vggFit(part: Part): Recognised {
  const problems = problemsOf(part, vgg16);
  if (problems.length > 1) return undefined;
  return { network: 'VGG16', type: 'loss/lpips', params: {}, notes: ['checkpoint of LPIPS'], problems };
}

function headsFit(part: Part): Recognised {
  const problems = HEADS.flatMap((channels, i) => {
    const name = `lin${i}.model.1.weight`;
    const found = part.shapes.get(name);
    if (!found) return [`${name} is missing`];
    return `${found}` === `1,${channels},1,1` ? [] : [`${name} is [${found}], not [1,${channels},1,1]`];
  });
  const notes =
    problems.length > 0 ? ['perhaps the heads for another network than VGG16'] : ['heads of LPIPS'];
  return { network: 'LPIPS heads for VGG16', type: 'loss/lpips', params: {}, notes, problems };
}

function biSeNetFit(part: Part): Recognised {
  const classes = sizeAt(part, 'conv_out.conv_out.weight', 0);
  if (classes === undefined) return undefined;
  const problems = problemsOf(part, biSeNet(classes));
  const notes = [`${classes} classes`];
  return { network: 'BiSeNet', type: 'segmentation/bisenet', params: { classes }, notes, problems };
}

function pspNetFit(part: Part): Recognised {
  const classes = sizeAt(part, 'cls.4.weight', 0);
  const layers = LAYERS[countOf(part, 'layer3.*.conv1.weight')];
  if (classes === undefined || layers === undefined) return undefined;
  const bins = Array.from({ length: countOf(part, 'ppm.features.*.1.weight') }, () => 1);
  const problems = problemsOf(part, pspNet({ layers, classes, bins, zoom: 8 }));
  const dataset = classes === 21 ? ' (as VOC)' : classes === 150 ? ' (as ADE20K)' : '';
  return {
    network: 'PSPNet',
    type: 'segmentation/pspnet',
    params: { layers, classes },
    notes: [`on ResNet-${layers}`, `${classes} classes${dataset}`],
    problems,
  };
}

export const VISION_RECOGNISERS: readonly Recogniser[] = [
  { key: 'features.28.weight', recognise: vggFit },
  { key: 'lin0.model.1.weight', recognise: headsFit },
  { key: 'cp.resnet.conv1.weight', recognise: biSeNetFit },
  { key: 'layer0.0.weight', recognise: pspNetFit },
];

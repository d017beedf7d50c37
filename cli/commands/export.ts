import { Command } from 'commander';
import { action, type CommonOptions, columns, namesOf, print } from '../action.ts';
import { EXIT } from '../errors.ts';

interface ExportCliOptions extends CommonOptions {
  readonly out?: string;
  readonly networks?: readonly string[];
  readonly half?: boolean;
}

export function exportCommand(): Command {
  const command = new Command('export')
    .description('write the weights that a run has trained to a file of PyTorch or safetensors')
    .argument('<run>', 'the folder of the run')
    .option(
      '--out <file>',
      'the file: .pt, .pth or .safetensors (default: weights.pt in the folder of the run)',
    )
    .option(
      '--networks <list>',
      'nodes or entries to write, such as netD,netA (default: all that were trained)',
      namesOf,
    )
    .option('--half', 'numbers of 16 bits: half the size')
    .addHelpText(
      'after',
      `
The networks are entries of the file, named as graphs name them: netD, netA, netV, netL and netEnc of the method. The
file is what the setting "pretrained" of graphs takes, and torch.load. Of several items the weights are those of the
last one, as every item begins anew.

Examples:
  $ gan2shape export runs/celeba-pretrain --out checkpoints/mine.pt
  $ gan2shape export runs/faces --networks netD,netA --half --out depth.safetensors
  $ gan2shape run celeba --set settings.pretrained=checkpoints/mine.pt`,
    );
  return action<ExportCliOptions>(command, async ([run = ''], { out, networks, half, json }) => {
    const { exportWeights } = await import('../export-weights.ts');
    const exported = await exportWeights(run, { out, networks, half });
    if (json) {
      print(JSON.stringify(exported, null, 2));
      return EXIT.fine;
    }
    const of = exported.item === undefined ? '' : ` of ${exported.item}`;
    print(`${exported.file}: weights${of} after ${exported.pulls} pulls`);
    const count = (value: number) => value.toLocaleString('en');
    print(
      columns(
        exported.networks.map(({ node, entry, tensors, elements }) => [
          `  ${entry}`,
          node,
          `${count(tensors)} tensors`,
          `${count(elements)} numbers`,
        ]),
      ),
    );
    return EXIT.fine;
  });
}

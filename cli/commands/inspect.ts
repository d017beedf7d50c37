import { Command } from 'commander';
import { action, type CommonOptions, print } from '../action.ts';
import { EXIT, reportOf } from '../errors.ts';
import type { InspectReport } from '../inspect.ts';

interface InspectCliOptions extends CommonOptions {
  readonly brief?: boolean;
  readonly opaque?: boolean;
  readonly verify?: boolean;
}

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('list what files of weights hold, and which networks they fit')
    .argument('<file...>', 'files of PyTorch (either format) or safetensors')
    .option('--brief', 'leave out the list of tensors')
    .option('--verify', 'read every element once: finds damage that the list alone does not show')
    .option('--opaque', 'show objects of unknown classes as such, instead of refusing the file')
    .addHelpText(
      'after',
      `
Nothing in a file is executed, and unless --verify is given no elements are read: files of any size take a moment.

Examples:
  $ gan2shape inspect checkpoints/stylegan2/stylegan2-celeba-config-e.pt
  $ gan2shape inspect --brief checkpoints/gan2shape/*.pth
  $ gan2shape inspect model.pt --json`,
    );
  return action<InspectCliOptions>(command, async (files, { brief, opaque, verify = false, json }) => {
    const { inspectCheckpoint, renderInspectText } = await import('../inspect.ts');
    const reports: InspectReport[] = [];
    const errors: unknown[] = [];
    for (const [i, file] of files.entries()) {
      try {
        const report = await inspectCheckpoint(file, { unknown: opaque ? 'opaque' : 'refuse', verify });
        reports.push(report);
        if (!json)
          print(`${i > 0 ? '\n' : ''}${renderInspectText(report, { tensors: brief ? 'sum' : 'each' })}`);
      } catch (cause) {
        const { text, json: data, isBug } = reportOf(cause);
        if (isBug) throw cause;
        errors.push(...(data as { readonly errors: readonly unknown[] }).errors);
        process.stderr.write(`${text}\n`);
      }
    }
    if (json) print(JSON.stringify({ files: reports, errors }, null, 2));
    return errors.length > 0 ? EXIT.wrongInput : EXIT.fine;
  });
}

import { Command } from 'commander';
import { RunError } from '../../runtime/run/errors.ts';
import { action, type CommonOptions, numberOf, print } from '../action.ts';
import { EXIT } from '../errors.ts';
import { reportLines } from '../report.ts';
import { expectWritable } from '../writable.ts';

interface ReportCliOptions extends CommonOptions {
  readonly out?: string;
  readonly maxSize?: number;
}

export function reportCommand(): Command {
  const command = new Command('report')
    .description('write the page of a run: pictures, the shape to turn, curves, metrics, in one file')
    .argument('<run>', 'the folder of the run')
    .option('--out <file>', 'the file to write (default: report.html in the folder of the run)')
    .option(
      '--max-size <megabytes>',
      'size of the page; what does not fit is left out (default: 8)',
      numberOf,
    )
    .addHelpText(
      'after',
      `
Every run writes its page when it ends. It opens in a browser without a network.

Examples:
  $ gan2shape report runs/fit-image-20261122-175301
  $ gan2shape report runs/face --out face.html`,
    );
  return action<ReportCliOptions>(command, async ([run = ''], { out, maxSize, json }) => {
    const { writeReport } = await import('../../runtime/report/index.ts');
    if (out !== undefined) expectWritable(out);
    if (maxSize !== undefined && maxSize <= 0) {
      throw new RunError('bad-option', `--max-size is ${maxSize}; expected megabytes, more than 0`);
    }
    const report = await writeReport(run, {
      ...(out !== undefined && { out }),
      ...(maxSize !== undefined && { maxBytes: maxSize * 1e6 }),
    });
    print(json ? JSON.stringify(report) : reportLines(report).join('\n'));
    return EXIT.fine;
  });
}

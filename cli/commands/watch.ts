import { Command } from 'commander';
import { RunFolder } from '../../runtime/run/folder.ts';
import { action, type CommonOptions } from '../action.ts';
import { EXIT } from '../errors.ts';
import { followEvents } from '../follow.ts';

interface WatchOptions extends CommonOptions {
  readonly plain?: boolean;
}

export function watchCommand(): Command {
  const command = new Command('watch')
    .description('watch a run that another terminal started, or look at one that has ended')
    .argument('<run>', 'the folder of the run')
    .option('--plain', 'one line an event instead of the dashboard')
    .addHelpText('after', '\nExamples:\n  $ gan2shape watch runs/fit-image-20261122-175301');
  return action<WatchOptions>(command, async ([path = ''], { plain, json }) => {
    const folder = new RunFolder(path);
    folder.record();
    const events = folder.expectEvents();
    const { openView } = await import('../view/index.ts');
    await openView(followEvents(events), {
      mode: json ? 'json' : plain ? 'plain' : 'auto',
      folder: folder.path,
    });
    return EXIT.fine;
  });
}

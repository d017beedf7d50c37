import { Command } from 'commander';
import { expect, it } from 'vitest';
import { collect } from '../../cli/action.ts';
import { commandLine } from '../../cli/command-line.ts';

it('repeats what was given, and nothing that was not', async () => {
  const command = new Command('eval')
    .argument('<graph>')
    .option('--set <path>', '', collect)
    .option('--max-side <number>', '', Number)
    .option('--tolerance <number>', '', Number, 0.05)
    .option('--out <folder>')
    .option('--plain')
    .option('--json')
    .action(() => undefined);
  await command.parseAsync(
    ['my graph.json', '--set', 'a="x y"', '--set', "b=it's", '--max-side', '0.8', '--plain'],
    {
      from: 'user',
    },
  );
  expect(commandLine(command, { out: 'runs/eval 1' })).toBe(
    `npx gan2shape eval 'my graph.json' --set 'a="x y"' --set 'b=it'\\''s' --max-side 0.8 --out 'runs/eval 1' --plain`,
  );
});

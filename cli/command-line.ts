import type { Command } from 'commander';
import { quoted } from '../runtime/run/quoted.ts';

/**
 * The command line that calls a command again as it was called, to be typed in the same folder; `changed` has options
 * by the names that the program knows them by, as they shall be written then: also those of which it has parsed a list
 * out of one value.
 */
export function commandLine(command: Command, changed: Readonly<Record<string, string>> = {}): string {
  const given: Record<string, unknown> = { ...command.opts(), ...changed };
  const options = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (!(name in changed) && command.getOptionValueSource(name) !== 'cli') return [];
    const flag = option.long ?? option.short ?? '';
    const value = given[name];
    if (value === true) return [flag];
    // An option that may be given several times has the list of its values.
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, quoted(String(one))]);
  });
  return ['npx gan2shape', command.name(), ...command.args.map(quoted), ...options].join(' ');
}

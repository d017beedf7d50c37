import { isAbsolute, join, relative } from 'node:path';
import { quoted } from '../run/quoted.ts';
import type { ReportedRun } from './read-run.ts';

/** A command line, and what it is good for. */
export interface ReportedCommand {
  readonly purpose: string;
  readonly lines: readonly string[];
}

/**
 * The commands that do a run again, continue it where it has not completed, and write its report. The graph of the
 * run's folder is the resolved one: it holds every override the run was started with.
 */
export function reportedCommands({ folder, history, record }: ReportedRun): ReportedCommand[] {
  const { started, finished } = history;
  const base = record?.workingFolder;
  const enter = base === undefined ? [] : [`cd ${quoted(base)}`];
  const path = (target: string) => {
    const short = base === undefined ? target : relative(base, target);
    return quoted(short && !short.startsWith('..') && !isAbsolute(short) ? short : target);
  };
  const options = [
    `--seed ${Number(started?.seed ?? record?.seed ?? 0)}`,
    ...(started
      ? [`--engine ${quoted(String(started.engine.name))}`, `--threads ${Number(started.engine.threads)}`]
      : []),
    ...(record?.items?.length ? [`--items ${quoted(record.items.join(','))}`] : []),
    ...(record?.registry?.nodes ?? []).map((nodes) => `--nodes ${quoted(nodes)}`),
  ].join(' ');
  const again = `npx gan2shape run ${path(join(folder.path, 'graph.json'))} ${options}`;
  const commands = [{ purpose: 'Do the same run again', lines: [...enter, again] }];
  if (finished?.status !== 'completed') {
    commands.push({
      purpose: 'Go on from the last checkpoint',
      lines: [...enter, `npx gan2shape run --resume ${path(folder.path)}`],
    });
  }
  commands.push({
    purpose: 'Write this page again',
    lines: [...enter, `npx gan2shape report ${path(folder.path)}`],
  });
  return commands;
}

import type { WrittenReport } from '../runtime/report/index.ts';
import { messageOf } from '../runtime/run/errors.ts';
import { formatBytes } from './view/format.ts';

/** What there is to say about the page of a run that was written. */
export function reportLines({ path, bytes, leftOut }: WrittenReport): string[] {
  const missing = leftOut.length;
  return [
    `report in ${path}, ${formatBytes(bytes)}`,
    ...(missing > 0 ? [`  without ${missing} ${missing === 1 ? 'file' : 'files'} that its notes name`] : []),
  ];
}

/** Writes the page of a run that has ended. What it fails of is said, and changes nothing about the run. */
export async function reportRun(
  folder: string,
  { json }: { readonly json?: boolean | undefined },
): Promise<void> {
  try {
    const { writeReport } = await import('../runtime/report/index.ts');
    const report = await writeReport(folder);
    // With --json, stdout holds the run's events and nothing else.
    if (!json)
      process.stdout.write(
        `${reportLines(report)
          .map((line) => `  ${line}\n`)
          .join('')}`,
      );
  } catch (cause) {
    process.stderr.write(`  the report could not be written: ${messageOf(cause)}\n`);
  }
}

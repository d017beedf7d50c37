import type { Progress } from '../runtime/download/fetch-file.ts';
import { formatBytes, formatDuration } from './view/format.ts';

/** Milliseconds between two lines: on a terminal they replace each other, elsewhere they follow. */
const EVERY = { terminal: 200, elsewhere: 10_000 };

export interface ProgressOptions {
  readonly out?: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly now?: () => number;
}

/** Shows how far a download is on stderr, with its speed and the time left. */
export function progressLine({ out = process.stderr, now = () => performance.now() }: ProgressOptions = {}): {
  show: (progress: Progress) => void;
  /** Ends the line, if there is one. */
  end: () => void;
} {
  const terminal = out.isTTY === true;
  let began: { readonly file: string; readonly at: number; readonly done: number } | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let open = false;
  const end = () => {
    if (open) out.write('\n');
    open = false;
  };
  return {
    end,
    show(progress) {
      const at = now();
      if (began?.file !== progress.file) {
        end();
        began = { file: progress.file, at, done: progress.done };
      }
      const whole = progress.done === progress.total;
      if (!whole && at - last < (terminal ? EVERY.terminal : EVERY.elsewhere)) return;
      last = at;
      const text = progressText(progress, { bytes: progress.done - began.done, milliseconds: at - began.at });
      out.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
      open = terminal;
    },
  };
}

/** `  x00  1.20 GB of 2.00 GB  60 %  12.5 MB/s  1:04 left` */
export function progressText(
  { file, done, total }: Progress,
  since: { readonly bytes: number; readonly milliseconds: number },
): string {
  const speed = since.milliseconds > 0 ? since.bytes / since.milliseconds : 0;
  return [
    `  ${file}`,
    total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`,
    ...(total === undefined ? [] : [`${Math.floor((done / Math.max(1, total)) * 100)} %`]),
    ...(speed > 0 ? [`${formatBytes(speed * 1000)}/s`] : []),
    ...(speed > 0 && total !== undefined ? [`${formatDuration((total - done) / speed)} left`] : []),
  ].join('  ');
}

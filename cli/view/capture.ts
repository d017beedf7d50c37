import type { Terminal } from './screen.ts';

/** Characters of an unfinished line that are kept. */
const MAX_LINE = 4096;

type Write = NodeJS.WriteStream['write'];

/**
 * Takes what anybody else in this process writes to the given streams, warnings of libraries for instance, and gives
 * it to `onLines` line by line: written straight to the terminal it would go through the middle of the frame.
 * `terminal` writes to the first stream itself. `release` gives the streams back, with the last unfinished line.
 */
export function captureOutput(
  streams: readonly [NodeJS.WriteStream, ...NodeJS.WriteStream[]],
  onLines: (lines: string[]) => void,
): { terminal: Terminal; release: () => void } {
  const [stdout] = streams;
  const originals = new Map([...new Set(streams)].map((stream) => [stream, stream.write]));
  const write = (originals.get(stdout) as Write).bind(stdout);
  let open = '';
  const take = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    open += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString();
    const lines = open.split('\n');
    open = (lines.pop() ?? '').slice(-MAX_LINE);
    if (lines.length > 0) onLines(lines.map((line) => line.replace(/\r$/, '')));
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') callback();
    return true;
  };
  for (const stream of originals.keys()) if (stream === stdout || stream.isTTY) stream.write = take as Write;
  return {
    terminal: {
      write: (text) => write(text),
      get columns() {
        return stdout.columns;
      },
      get rows() {
        return stdout.rows;
      },
    },
    release: () => {
      for (const [stream, original] of originals) stream.write = original;
      if (open !== '') write(`${open}\n`);
    },
  };
}

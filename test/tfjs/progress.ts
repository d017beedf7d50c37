/** Shows how far a run is: one line rewritten on a terminal, a line every ten seconds elsewhere. */
export interface Progress {
  /** One more spec has finished. */
  step(failed: boolean): void;
  /** Removes what a terminal still shows. */
  end(): void;
}

/** Progress over `total` specs, written to `stream`. */
export function startProgress(total: number, stream: NodeJS.WriteStream): Progress {
  const started = performance.now();
  const interval = stream.isTTY ? 200 : 10_000;
  let shown = started;
  let done = 0;
  let failures = 0;
  return {
    step: (failed) => {
      done++;
      if (failed) failures++;
      const now = performance.now();
      if (now - shown < interval) return;
      shown = now;
      const rate = done / ((now - started) / 1000);
      const left = Math.ceil((total - done) / rate);
      const line = `${done} of ${total} specs, ${failures} failed, ${rate.toFixed(0)} per second, ${left} s left`;
      stream.write(stream.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}

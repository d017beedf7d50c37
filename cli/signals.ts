import { EXIT } from './errors.ts';

export interface SignalOptions {
  /** Asks what runs to stop; false where nothing does yet, so that the process can end at once. */
  readonly stop: () => boolean;
  /** What to say when it has not stopped in time. */
  readonly tooSlow: () => string;
}

/** A stop is at most five seconds long; the rest is for printing. */
const GRACE = 4_500;
/** npm passes on a signal that the process has had already: what comes so soon, in milliseconds, is no second one. */
const SAME = 300;

/**
 * The first Ctrl-C or SIGTERM asks to stop; a second one, or five seconds, end the process. `code` is the exit code
 * that belongs to the signal there was.
 */
export function onSignals({ stop, tooSlow }: SignalOptions): {
  code: () => number | undefined;
  release: () => void;
} {
  let code: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let first = 0;
  const end = (signalCode: number) => {
    // after the dashboard has let go of the terminal, which it does when the process exits
    process.once('exit', () => void process.stderr.write(`${tooSlow()}\n`));
    process.exit(signalCode);
  };
  const on = (signalCode: number) => () => {
    if (code !== undefined) {
      if (performance.now() - first > SAME) end(code);
      return;
    }
    first = performance.now();
    code = signalCode;
    if (!stop()) process.exit(code);
    timer = setTimeout(() => end(signalCode), GRACE);
  };
  const handlers = { SIGINT: on(EXIT.interrupted), SIGTERM: on(EXIT.terminated) } as const;
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    code: () => code,
    release: () => {
      clearTimeout(timer);
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    },
  };
}

/** What a view can ask of a run in its own process. Each returns at once; the run reports by its events. */
export interface Controls {
  /** Stops after the current pull until `resume`. */
  pause(): void;
  resume(): void;
  /** Writes a checkpoint after the current pull. */
  checkpoint(): void;
  /** Ends the run after the current pull and keeps its state. */
  quit(): void;
  /** What Ctrl-C does; by default it sends this process SIGINT, as it would without a view. */
  interrupt?(): void;
}

/** What Ctrl-C does. */
export function interrupt(controls: Controls): void {
  if (controls.interrupt) controls.interrupt();
  else process.kill(process.pid, 'SIGINT');
}

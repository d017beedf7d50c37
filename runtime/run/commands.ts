/** What can be asked of a run while it works. Each takes effect between two pulls. */
export type RunCommand = 'pause' | 'continue' | 'checkpoint' | 'stop';

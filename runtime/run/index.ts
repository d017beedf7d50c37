export type { RunCommand } from './commands.ts';
export { problemOf, RUN_HINTS, RunError, type RunErrorCode } from './errors.ts';
export { parseEvents } from './event-log.ts';
export type * from './events.ts';
export { RunFolder, type RunRecord } from './folder.ts';
export type { ResumeOptions, RunOptions } from './options.ts';
export { resumeCommand } from './resume.ts';
export { resumeGraph, runGraph } from './run-graph.ts';

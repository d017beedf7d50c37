import { EngineError } from '../engine/errors.ts';
import type { Problem } from './events.ts';

/** What can go wrong in a run besides the graph (see graph/errors.ts) and the engine (EngineError), and the way out. */
export const RUN_HINTS = {
  'bad-option': 'Correct the option.',
  'folder-in-use': 'Choose another folder with --out, or continue that run with --resume.',
  'not-a-run': 'Give the folder of a run, as `gan2shape run` prints it.',
  'no-checkpoint': 'The run has not reached a checkpoint that can be read: start it anew.',
  'graph-changed':
    'Resume with the graph that the run was started with, or start a new run with the changed one.',
  'items-changed': 'Bring back the list and files that the run was started with, or start a new run.',
  'unknown-item': 'Name items, or count them from 0: --items face1,face2 or --items 0..3.',
  'items-failed': 'Look at what is said about each of them.',
  'source-unreadable': 'Check the files and parameters of that source.',
  'source-failed': 'Check the files and parameters of that source.',
  'checkpoint-unreadable': 'Check the file that the parameter of that network names.',
  'weight-mismatch': 'The file or checkpoint is of another network: correct the parameters or the file.',
  'buffer-failed': 'Look at what feeds the buffer; where nothing was written, pull it before what reads it.',
  'node-failed': 'This is a fault in the node, or in what it was given.',
  'sink-failed': 'The run went on without what this sink writes.',
  'disk-full': 'Make room; nothing that was written before is damaged.',
  'write-failed': 'Check that the folder of the run can be written to.',
  'run-alive': 'Look at it with `npx gan2shape watch`, or stop it; remove that file where it does nothing.',
  'run-busy': 'One run at a time in a thread: leave out place: "here".',
  'worker-died': 'The thread of the run ended unexpectedly; resume it from its last checkpoint.',
  bug: 'This is a fault in gan2shape: please report it.',
} as const satisfies Record<string, string>;

export type RunErrorCode = keyof typeof RUN_HINTS;

/** What stops a run, an item or a sink: a code, what happened, the way out, and the node where there is one. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly hint: string;
  readonly node: string | undefined;

  constructor(
    readonly code: RunErrorCode,
    message: string,
    details: { readonly hint?: string; readonly node?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.hint = details.hint ?? RUN_HINTS[code];
    this.node = details.node;
  }
}

/** An error of any kind as people and machines read it. */
export function problemOf(cause: unknown): Problem {
  if (cause instanceof RunError) {
    const { code, message, hint, node } = cause;
    return { code, message, hint, ...(node !== undefined && { node }) };
  }
  if (cause instanceof EngineError) {
    const { hint, node } = cause.details;
    const message = hint ? cause.message.replace(`\n  ${hint}`, '') : cause.message;
    return { code: cause.code, message, ...(hint && { hint }), ...(node && { node: ownerOfScope(node) }) };
  }
  const disk = diskProblem(cause);
  if (disk) return problemOf(disk);
  return { code: 'bug', message: messageOf(cause), hint: RUN_HINTS.bug };
}

/** Errors of the file system that a full or unwritable disk causes; undefined for others. */
export function diskProblem(cause: unknown): RunError | undefined {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new RunError('disk-full', `There is no room left on the disk: ${messageOf(cause)}`, {}, { cause });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EIO' || code === 'EPERM') {
    return new RunError('write-failed', messageOf(cause), {}, { cause });
  }
  return undefined;
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The node of a scope: nodes may open scopes of their own inside of it. */
function ownerOfScope(scope: string): string {
  return scope.split('/')[0] as string;
}

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../runtime/formats/make-folder.ts';
import { messageOf, RunError } from '../runtime/run/errors.ts';

/**
 * Makes the folder of a file that will be written, maybe after hours: whether it can be is found out before.
 * @throws RunError `bad-option`
 */
export function expectWritable(path: string): void {
  const file = resolve(path);
  try {
    makeFolder(dirname(file));
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Error('it is a folder');
    // a device would be replaced by the file
    if (there && !there.isFile()) throw new Error('it is no regular file');
  } catch (cause) {
    const hint = 'Give the path of a file, in a folder that can be written to.';
    throw new RunError('bad-option', `Cannot write ${path}: ${messageOf(cause)}`, { hint }, { cause });
  }
}

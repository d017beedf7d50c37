import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/** Flags to open a file to be read. Without O_NONBLOCK, opening a named pipe waits for its other end. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file to be read. @throws Error of the system, or one that says what it is instead */
export function openRegularFile(path: string): number {
  const descriptor = openSync(path, READ_AT_ONCE);
  const found = fstatSync(descriptor);
  if (found.isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`it is ${found.isDirectory() ? 'a folder' : 'no regular file'}`);
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

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

/** Bytes that a file of settings, names or numbers may have: the largest here have some hundred thousand. */
const LARGEST_TEXT = 1 << 24;

/**
 * The text of a regular file, read at once.
 * @throws Error of the system, or one that says what is wrong: no regular file, too many bytes, not UTF-8
 */
export function readText(path: string): string {
  const descriptor = openRegularFile(path);
  try {
    const { size } = fstatSync(descriptor);
    if (size > LARGEST_TEXT)
      throw new Error(`it has ${size} bytes, more than the ${LARGEST_TEXT} it may have`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

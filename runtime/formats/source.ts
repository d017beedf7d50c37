import { closeSync, fstatSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { CheckpointError, type CheckpointErrorCode, type CheckpointErrorDetails } from './errors.ts';
import { openRegularFile } from './regular-file.ts';

/** Bytes that are read where they are needed: a file, or memory. Positions are from the beginning, in bytes. */
export interface ByteSource {
  /** What errors call it: the path of a file. */
  readonly name: string;
  readonly size: number;
  /** Fills `target` from `position`; for small reads, since it blocks. */
  readSync(target: Uint8Array, position: number): void;
  read(target: Uint8Array, position: number): Promise<void>;
  close(): void;
}

/** An error about `source`; `offset` is a position in it. */
export function sourceError(
  source: ByteSource,
  code: CheckpointErrorCode,
  problem: string,
  details: Omit<CheckpointErrorDetails, 'file'> = {},
): CheckpointError {
  return new CheckpointError(code, problem, { file: source.name, ...details });
}

/** Bytes in memory. They are not copied. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    readSync(target, position) {
      assertInside(source, target.length, position);
      target.set(bytes.subarray(position, position + target.length));
    },
    async read(target, position) {
      source.readSync(target, position);
    },
    close() {},
  };
  return source;
}

/** One read call asks for at most this much; the system refuses more than 2 GiB. */
const LARGEST_READ = 1 << 28;

const readAsync = promisify(read);

/** Opens a regular file. Errors: not-found, not-readable; truncated when it shrinks while it is open. */
export function openFileSource(path: string): ByteSource {
  const descriptor = opened(path);
  const { size } = fstatSync(descriptor);
  let open = true;
  const check = (length: number, position: number) => {
    if (!open) throw sourceError(source, 'closed', 'the file is closed');
    assertInside(source, length, position);
  };
  const shrunk = (offset: number) =>
    sourceError(source, 'truncated', 'the file became shorter while it was being read', { offset });
  const source: ByteSource = {
    name: path,
    size,
    readSync(target, position) {
      check(target.length, position);
      for (let done = 0; done < target.length; ) {
        const count = readSync(
          descriptor,
          target,
          done,
          Math.min(target.length - done, LARGEST_READ),
          position + done,
        );
        if (count === 0) throw shrunk(position + done);
        done += count;
      }
    },
    async read(target, position) {
      check(target.length, position);
      for (let done = 0; done < target.length; ) {
        const length = Math.min(target.length - done, LARGEST_READ);
        const { bytesRead } = await readAsync(descriptor, target, done, length, position + done);
        if (bytesRead === 0) throw shrunk(position + done);
        done += bytesRead;
      }
    },
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
  return source;
}

function opened(path: string): number {
  const failed = (code: CheckpointErrorCode, problem: string, cause: unknown) =>
    new CheckpointError(code, problem, { file: path }, { cause });
  try {
    return openRegularFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw failed('not-found', 'there is no such file', cause);
    if (code === undefined) throw failed('not-readable', message, cause);
    throw failed('not-readable', `the file cannot be opened (${code})`, cause);
  }
}

function assertInside(source: ByteSource, length: number, position: number): void {
  if (position >= 0 && position + length <= source.size) return;
  throw sourceError(
    source,
    'truncated',
    `${length} bytes are wanted, but the file has ${source.size} bytes`,
    {
      offset: position,
    },
  );
}

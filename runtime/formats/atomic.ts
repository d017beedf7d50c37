import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that whoever reads `path`, at any moment and after any crash, finds either the old content or all
 * of the new one: a temporary file beside it, flushed to the disk, renamed over it, and the folder flushed.
 *
 * Chunks are taken one at a time and may be reused by the caller once the next is asked for. When anything fails the
 * temporary file is removed, the old one stays, and the error is thrown as it came. A symbolic link is followed:
 * what it points to is replaced. The mode of a file that exists is kept.
 */
export async function writeFileAtomic(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (existing) => existing.mode & 0o777,
    () => undefined,
  );
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', mode ?? 0o666);
  try {
    try {
      for await (const chunk of chunks) await writeAll(file, chunk);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw cause;
  }
  await syncFolder(dirname(target));
}

/** One write may take less than it was given; the system refuses more than 2 GiB at once. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, Math.min(chunk.length - done, 1 << 28));
    done += bytesWritten;
  }
}

/** Makes a rename durable. Some systems cannot flush folders; there, the rename is durable a little later. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

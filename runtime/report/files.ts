import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

const LARGEST = 64e6;

/**
 * The content of a file that an event names, which has to lie in the run's folder: events are text, and a page that
 * is passed on must not hold other files of the machine.
 *
 * @throws Error with a reason for people
 */
export async function readRunFile(folder: string, path: string): Promise<Buffer> {
  const base = await realpath(folder);
  const target = await realpath(resolve(base, path)).catch(() => undefined);
  if (target === undefined) throw new Error('the file is gone');
  if (!target.startsWith(base + sep)) throw new Error('it lies outside of the folder of the run');
  const file = await open(target);
  try {
    const { size } = await file.stat();
    if (size > LARGEST) throw new Error('the file is too large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

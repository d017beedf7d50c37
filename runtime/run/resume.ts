import { isAbsolute, relative } from 'node:path';
import { isObject, type Json } from '../graph/index.ts';
import { quoted } from './quoted.ts';

/** The command that continues a run, to be typed in the current folder. */
export function resumeCommand(folder: string): string {
  const short = relative(process.cwd(), folder);
  const path = short && !short.startsWith('..') && !isAbsolute(short) ? short : folder;
  return `npx gan2shape run --resume ${quoted(path)}`;
}

/** The first place where two documents differ, as a JSON pointer with both values; undefined where none does. */
export function firstDifference(before: Json, after: Json, pointer = ''): string | undefined {
  if (isObject(before) && isObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const path = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!(key in before)) return `${path} is new`;
      if (!(key in after)) return `${path} is gone`;
      const found = firstDifference(before[key] as Json, after[key] as Json, path);
      if (found) return found;
    }
    return undefined;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length)
      return `${pointer} had ${before.length} entries and has ${after.length}`;
    for (const [i, value] of before.entries()) {
      const found = firstDifference(value, after[i] as Json, `${pointer}/${i}`);
      if (found) return found;
    }
    return undefined;
  }
  const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
  return was === is ? undefined : `${pointer} was ${shorten(was)} and is ${shorten(is)}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

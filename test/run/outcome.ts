import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes of the tensors in the newest checkpoint. */
export function finalTensors(folder: string): Buffer {
  const checkpoints = join(folder, 'checkpoints');
  return readFileSync(
    join(checkpoints, readdirSync(checkpoints).sort().at(-1) as string, 'tensors.safetensors'),
  );
}

/** What a `toy/record` sink wrote, by step; a step that was done twice must have given the same. */
export function recorded(folder: string, node = 'rec', item = 'all'): Map<number, string> {
  const lines = readFileSync(join(folder, 'files', item, node, 'record.txt'), 'utf8')
    .trim()
    .split('\n');
  const values = new Map<number, string>();
  for (const line of lines) {
    const [step = '', value = ''] = line.split(' ');
    const known = values.get(Number(step));
    if (known !== undefined && known !== value) throw new Error(`step ${step} gave ${known}, then ${value}`);
    values.set(Number(step), value);
  }
  return values;
}

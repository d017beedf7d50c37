import { Type } from 'typebox';

/** Parameters of sinks: the name of their file, and whether writes replace each other. */
export const fileNameParams = (fallback: string) => ({
  name: Type.String({
    description: 'What it shows, and the name of the file',
    default: fallback,
    pattern: '^[\\w-]+$',
  }),
  keep: Type.Boolean({
    description: 'Whether every write has a file of its own, NAME-STEP, instead of replacing the one before',
    default: false,
  }),
});

/** The name of a file without its ending. */
export function fileStem({ name, keep }: { name: string; keep: boolean }, step: number): string {
  return keep ? `${name}-${String(step).padStart(6, '0')}` : name;
}

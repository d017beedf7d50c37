import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';

/** Knows one family of cases: recognises them by what they say they are, and runs the project's code on them. */
export interface CaseHandler {
  readonly family: string;
  matches(golden: GoldenCase): boolean;
  run(golden: GoldenCase, check: Check): Promise<void>;
}

/** The Python literal given for a keyword in a note such as `render_yaw(image, depth, maxr=[20,70])`. */
export function keyword(note: string | undefined, name: string): unknown {
  const match = new RegExp(`\\b${name}=(\\[[^\\]]*\\]|-?[\\w.]+)`).exec(note ?? '');
  if (!match?.[1]) return undefined;
  try {
    return JSON.parse(match[1]);
  } catch {
    return match[1];
  }
}

import type { CheckpointErrorCode } from '../../runtime/formats/errors.ts';
import { legacyCases } from './legacy.ts';
import { pickleCases } from './pickles.ts';
import { safetensorsCases } from './safetensors.ts';
import { tensorCases } from './tensors.ts';
import { zipCases } from './zips.ts';

/** A file that attacks or misleads its reader, and the error that it has to meet. */
export interface HostileCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: CheckpointErrorCode;
}

/** Every hostile file: made in code, small, never written to disk. */
export function hostileCases(): readonly HostileCase[] {
  return [...pickleCases(), ...tensorCases(), ...legacyCases(), ...zipCases(), ...safetensorsCases()];
}

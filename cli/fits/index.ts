import { GAN_RECOGNISERS } from './gan.ts';
import { METHOD_RECOGNISERS } from './method.ts';
import { latentFit, OTHER_RECOGNISERS, runFit, runTensors } from './others.ts';
import {
  type Fit,
  type ListedTensor,
  type Part,
  partsWith,
  type Recognised,
  type Recogniser,
} from './part.ts';
import { VISION_RECOGNISERS } from './vision.ts';

export type { Fit, ListedTensor } from './part.ts';

const RECOGNISERS: readonly Recogniser[] = [
  ...GAN_RECOGNISERS,
  ...METHOD_RECOGNISERS,
  ...VISION_RECOGNISERS,
  ...OTHER_RECOGNISERS,
];

/**
 * Names the networks of this project, and other things that it reads, that a file's tensors are: by their names and
 * shapes alone.
 */
export function fitsOf(tensors: readonly ListedTensor[]): Fit[] {
  const run = runFit(tensors);
  const named = run.length > 0 ? runTensors(tensors) : tensors;
  const fits = RECOGNISERS.flatMap(({ key, recognise }) =>
    partsWith(key, named).flatMap((part): Fit[] => {
      const found = attempt(recognise, part);
      if (!found) return [];
      const notes = part.dataParallel ? [...found.notes, 'saved from DataParallel'] : found.notes;
      return [{ entry: part.entry, ...found, notes }];
    }),
  );
  return [...run, ...fits, ...latentFit(tensors)];
}

/** Sizes that no network of that kind has make its function throw: then the part is something else. */
function attempt(recognise: Recogniser['recognise'], part: Part): Recognised {
  try {
    return recognise(part);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

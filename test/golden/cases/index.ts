import { adam } from './adam.ts';
import { biSeNetScores } from './bisenet.ts';
import { encoderDecoder } from './eddeconv.ts';
import { ellipsoid } from './ellipsoid.ts';
import { ellipsoidFitting } from './ellipsoid-init.ts';
import { vectorEncoder } from './encoder.ts';
import { geometry } from './geometry.ts';
import { gridSampling } from './grid-sample.ts';
import type { CaseHandler } from './handler.ts';
import { losses } from './losses.ts';
import { perceptual } from './lpips.ts';
import { objFiles } from './obj.ts';
import { maskParsing } from './parse-mask.ts';
import { pspNetScores } from './pspnet.ts';
import { checkpointFiles } from './pt-files.ts';
import { depthRasterizer } from './rasterize-depth.ts';
import { colourRenderer } from './render-rgb.ts';
import { residualEncoder } from './resencoder.ts';
import { resizing } from './resize.ts';
import { stylegan2 } from './stylegan2.ts';
import { stylegan2Full } from './stylegan2-full.ts';
import { wholeSteps } from './whole-steps.ts';

export const HANDLERS: readonly CaseHandler[] = [
  adam,
  ellipsoid,
  encoderDecoder,
  vectorEncoder,
  residualEncoder,
  geometry,
  gridSampling,
  losses,
  depthRasterizer,
  colourRenderer,
  resizing,
  stylegan2,
  stylegan2Full,
  perceptual,
  biSeNetScores,
  pspNetScores,
  checkpointFiles,
  objFiles,
  ellipsoidFitting,
  maskParsing,
  wholeSteps,
];

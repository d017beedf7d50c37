import { adam } from './adam.ts';
import { ellipsoid } from './ellipsoid.ts';
import { geometry } from './geometry.ts';
import { gridSampling } from './grid-sample.ts';
import type { CaseHandler } from './handler.ts';
import { losses } from './losses.ts';
import { depthRasterizer } from './rasterize-depth.ts';
import { colourRenderer } from './render-rgb.ts';
import { resizing } from './resize.ts';

export const HANDLERS: readonly CaseHandler[] = [
  adam,
  ellipsoid,
  geometry,
  gridSampling,
  losses,
  depthRasterizer,
  colourRenderer,
  resizing,
];

import { mix } from './curves.ts';
import type { Colour, Face } from './face.ts';

type Ramp = readonly Colour[];

const SKIN: Ramp = [
  [0.97, 0.82, 0.73],
  [0.92, 0.72, 0.59],
  [0.79, 0.57, 0.43],
  [0.57, 0.38, 0.27],
  [0.36, 0.235, 0.17],
];
const HAIR: Ramp = [
  [0.075, 0.06, 0.055],
  [0.17, 0.105, 0.075],
  [0.33, 0.2, 0.115],
  [0.52, 0.25, 0.1],
  [0.74, 0.54, 0.28],
  [0.88, 0.76, 0.52],
];
const GREY: Colour = [0.68, 0.67, 0.66];
const IRIS: Ramp = [
  [0.2, 0.11, 0.06],
  [0.36, 0.24, 0.1],
  [0.3, 0.42, 0.26],
  [0.27, 0.45, 0.66],
  [0.48, 0.64, 0.78],
];
const LIPS: Colour = [0.7, 0.2, 0.22];

/** The colours of a face that its parameters stand for. */
export interface Colours {
  readonly skin: Colour;
  readonly lips: Colour;
  readonly brows: Colour;
  readonly hair: Colour;
  readonly iris: Colour;
  readonly cap: Colour;
}

export function coloursOf({ appearance, capColour }: Face): Colours {
  const [r, g, b] = along(SKIN, appearance.skinTone);
  const red = appearance.skinRedness * 0.025;
  const skin: Colour = [r + red * 0.6, g - red, b - red * 0.6 + 0.01];
  const hair = blend(along(HAIR, appearance.hairColour), GREY, appearance.grey);
  const darkLips: Colour = [
    LIPS[0] * (0.55 + 0.55 * r),
    LIPS[1] * (0.5 + 0.6 * r),
    LIPS[2] * (0.5 + 0.6 * r),
  ];
  return {
    skin,
    hair,
    lips: blend([r * 0.86, g * 0.7, b * 0.72], darkLips, appearance.lipColour * 0.85),
    brows: blend([hair[0] * 0.6, hair[1] * 0.6, hair[2] * 0.6], skin, 0.06),
    iris: along(IRIS, appearance.irisColour),
    cap: capColour,
  };
}

export function blend(a: Colour, b: Colour, t: number): Colour {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}

function along(ramp: Ramp, t: number): Colour {
  const at = Math.min(Math.max(t, 0), 1) * (ramp.length - 1);
  const i = Math.min(Math.floor(at), ramp.length - 2);
  return blend(ramp[i] as Colour, ramp[i + 1] as Colour, at - i);
}

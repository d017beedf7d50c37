import type { Colours } from './colours.ts';
import { bump, bump2, mix, noise2, smoothstep } from './curves.ts';
import type { Colour, Face } from './face.ts';
import { mouthLine } from './marks.ts';

/** The colour under way, mixed with one mark after the other. */
export type Paint = Float64Array;

export function cover(paint: Paint, colour: Colour, opacity: number): void {
  if (opacity <= 0) return;
  for (let c = 0; c < 3; c++) paint[c] = mix(paint[c] as number, colour[c] as number, opacity);
}

function darken(paint: Paint, amount: number): void {
  for (let c = 0; c < 3; c++) paint[c] = (paint[c] as number) * (1 - amount);
}

const SCLERA: Colour = [0.93, 0.91, 0.88];
const BLACK: Colour = [0.05, 0.035, 0.03];
const TEETH: Colour = [0.9, 0.87, 0.8];
const THROAT: Colour = [0.25, 0.06, 0.06];
const RED: Colour = [0.85, 0.3, 0.25];

/** Width of the soft edge of a mark, in head units. */
const SOFT = 0.014;

/** Paints the skin of a face and what is drawn on it: eyes, brows, lips, beard. */
export class Skin {
  private readonly key: number;

  constructor(
    private readonly face: Face,
    private readonly colours: Colours,
  ) {
    this.key = Math.imul(face.index + 1, 0x85ebca6b) ^ face.seed;
  }

  /** The albedo at a point of the head, in [0, 1]. */
  at(x: number, y: number, z: number, paint: Paint): void {
    paint.set(this.colours.skin);
    this.tint(x, y, paint);
    if (this.face.hairStyle === 'bald') this.scalp(x, y, z, paint);
    this.beard(x, y, z, paint);
    if (z > -0.15 || y < -0.42) return;
    this.creases(x, y, paint);
    this.lips(x, y, paint);
    this.eye(x, y, paint);
    this.brow(x, y, paint);
  }

  /** The albedo of an ear. */
  ear(paint: Paint): void {
    paint.set(this.colours.skin);
    cover(paint, RED, 0.07);
    darken(paint, 0.05);
  }

  private tint(x: number, y: number, paint: Paint): void {
    const { appearance, identity } = this.face;
    const side = Math.abs(x);
    const cheek = bump2((side - 0.4) / 0.16, (y - 0.32) / 0.14);
    const tip = 0.6 * bump2(x / 0.12, (y - identity.noseLength) / 0.09);
    cover(paint, RED, 0.22 * appearance.blush * (cheek + tip) * (1 - 0.6 * appearance.skinTone));
    if (appearance.freckles > 0.02 && y > -0.1 && y < 0.6) {
      const spots = smoothstep(0.35, 0.6, noise2(x * 26 + 200, y * 26 + 200, this.key));
      darken(paint, 0.25 * appearance.freckles * spots * bump2(side / 0.5, (y - 0.3) / 0.2));
    }
  }

  /** The shadow of shaved hair. */
  private scalp(x: number, y: number, z: number, paint: Paint): void {
    const { appearance } = this.face;
    const line =
      appearance.hairline + 0.1 * smoothstep(0.2, 0.5, Math.abs(x)) + 0.5 * smoothstep(-0.35, 0.1, z);
    cover(
      paint,
      this.colours.hair,
      0.55 * appearance.hairVolume * 6 * smoothstep(line + 0.08, line - 0.1, y),
    );
  }

  private beard(x: number, y: number, z: number, paint: Paint): void {
    const { appearance, identity } = this.face;
    if (y < 0.1 || (appearance.beard < 0.02 && appearance.moustache < 0.02)) return;
    const side = Math.abs(x);
    // from in front of the ears down to the jaw, below a line that falls towards the mouth
    const edge = 0.62 - 0.38 * smoothstep(0.32, 0.64, side);
    const jaw = smoothstep(edge - 0.1, edge + 0.14, y);
    const chin = smoothstep(identity.mouthHeight + identity.lowerLip + 0.01, identity.mouthHeight + 0.17, y);
    const cheeks = Math.max(jaw * smoothstep(0.2, 0.4, side), chin);
    const upperLip = bump2(
      x / (identity.mouthWidth * 1.05),
      (y - identity.mouthHeight + identity.upperLip + 0.045) / 0.045,
    );
    const strands = 0.88 + 0.12 * noise2(x * 30 + 100, y * 14, this.key);
    const density = Math.max(appearance.beard * cheeks, appearance.moustache * upperLip);
    cover(paint, this.colours.brows, Math.min(0.9, density * 1.05) * strands * smoothstep(0.12, -0.05, z));
  }

  /** Soft shadows where light does not reach: nostrils, under the nose, folds, around the eyes. */
  private creases(x: number, y: number, paint: Paint): void {
    const { identity, expression } = this.face;
    const side = Math.abs(x);
    const below = identity.noseLength + identity.noseUpturn * 0.55;
    const nostril = bump2((Math.abs(x - identity.noseTwist) - 0.058) / 0.034, (y - below) / 0.022);
    cover(paint, BLACK, 0.75 * nostril);
    darken(paint, 0.14 * bump2(x / 0.13, (y - below - 0.03) / 0.035));
    const smile = Math.max(0, expression.smile);
    const fold = side - mix(0.17, 0.31, (y - 0.4) / 0.25);
    darken(paint, (0.06 + 0.12 * smile) * bump2(fold / 0.02, (y - 0.52) / 0.1));
    const wing = side - identity.noseWingsWidth - 0.045;
    darken(paint, 0.13 * bump2(wing / 0.02, (y - identity.noseLength) / 0.05));
    const eye = side - identity.eyeDistance;
    darken(paint, 0.12 * bump2(eye / 0.17, (y - identity.eyeHeight - 0.005) / 0.1));
    darken(paint, 0.08 * bump2((side - 0.13) / 0.06, (y + 0.02) / 0.09));
    darken(paint, 0.1 * bump2(x / 0.17, (y - identity.mouthHeight - identity.lowerLip - 0.055) / 0.028));
  }

  private lips(x: number, y: number, paint: Paint): void {
    const { identity, expression } = this.face;
    const across = x / identity.mouthWidth;
    if (Math.abs(across) > 1.25 || y < 0.45 || y > 0.9) return;
    const line = mouthLine(this.face, x);
    const open = Math.max(0, expression.mouthOpen) * 0.055 * Math.max(0, 1 - across * across);
    const round = Math.sqrt(Math.max(0, 1 - across * across));
    // the upper lip has its bow: two peaks beside the middle
    const bow = 0.8 + 0.3 * bump((Math.abs(across) - 0.25) / 0.25);
    const top = line - open - identity.upperLip * bow * Math.max(0, 1 - Math.abs(across) ** 1.5);
    const bottom = line + open + identity.lowerLip * round;
    const inside = smoothstep(-SOFT, SOFT, y - top) * smoothstep(-SOFT, SOFT, bottom - y);
    cover(paint, this.colours.lips, inside * smoothstep(1.04, 0.94, Math.abs(across)));
    if (y < line) darken(paint, 0.12 * inside);
    const gap = smoothstep(-SOFT * 0.6, SOFT * 0.6, open - Math.abs(y - line));
    const ends = smoothstep(1.1, 0.95, Math.abs(across));
    if (open > 0.006) {
      cover(paint, y < line + open * 0.45 ? TEETH : THROAT, gap * smoothstep(0.006, 0.016, open));
    }
    cover(
      paint,
      [BLACK[0] + 0.15, BLACK[1] + 0.02, BLACK[2] + 0.02],
      0.72 * ends * bump((Math.abs(y - line) - open) / 0.013),
    );
    darken(paint, 0.25 * bump2((Math.abs(across) - 1.02) / 0.08, (y - line) / 0.02));
  }

  private eye(x: number, y: number, paint: Paint): void {
    const { identity, expression, appearance } = this.face;
    const side = x < 0 ? -1 : 1;
    const u = x - side * identity.eyeDistance;
    const v = y - identity.eyeHeight + identity.eyeTilt * u * side;
    const across = u / identity.eyeWidth;
    if (Math.abs(across) > 1.5 || Math.abs(v) > 0.2) return;
    const arch = Math.max(0, 1 - Math.abs(across) ** 2.2);
    const upper = -identity.eyeOpening * expression.eyesOpen * arch ** 0.8;
    const lower = identity.eyeOpening * 0.62 * arch * Math.min(1, expression.eyesOpen);
    const inside =
      smoothstep(-SOFT * 0.7, SOFT * 0.7, v - upper) *
      smoothstep(-SOFT * 0.7, SOFT * 0.7, lower - v) *
      smoothstep(1.03, 0.95, Math.abs(across));
    const radius = 0.058;
    const gazeX = expression.gazeX * 0.06;
    const gazeY = expression.gazeY * 0.03 - 0.008;
    const distance = Math.hypot(u - gazeX, v - gazeY);
    if (inside > 0) {
      cover(paint, SCLERA, inside * (1 - 0.25 * Math.abs(across) ** 3));
      const iris = smoothstep(radius + 0.008, radius - 0.008, distance) * inside;
      cover(paint, this.colours.iris, iris);
      cover(paint, BLACK, 0.6 * iris * smoothstep(radius - 0.022, radius, distance));
      cover(paint, BLACK, inside * smoothstep(0.034, 0.02, distance));
      cover(paint, [1, 1, 1], 0.85 * inside * bump2((u - gazeX + 0.02) / 0.014, (v - gazeY + 0.022) / 0.014));
      // the upper lid throws a shadow
      darken(paint, 0.4 * inside * smoothstep(0.032, 0, v - upper));
    }
    const ends = smoothstep(1.12, 0.98, Math.abs(across));
    cover(paint, BLACK, (0.45 + 0.5 * appearance.lashes) * ends * bump((v - upper + 0.004) / 0.013));
    cover(paint, BLACK, 0.22 * ends * bump((v - lower) / 0.01));
    // the fold above the lid
    darken(paint, 0.28 * smoothstep(1.3, 0.9, Math.abs(across)) * bump((v - upper + 0.045) / 0.014));
  }

  private brow(x: number, y: number, paint: Paint): void {
    const { identity, expression } = this.face;
    const side = Math.abs(x);
    const u = side - identity.eyeDistance - 0.01 + 0.02 * expression.browFrown;
    const across = u / identity.browLength;
    if (Math.abs(across) > 1.1) return;
    const frown = 0.03 * expression.browFrown * (1 - across) * 0.5;
    const middle =
      identity.browHeight -
      expression.browRaise -
      identity.browTilt * u -
      identity.browArch * (1 - (across - 0.25) ** 2) +
      frown;
    const thickness = identity.browThickness * (across > 0 ? 1 - 0.65 * across : 1 + 0.15 * across);
    const inside = smoothstep(thickness + 0.012, thickness - 0.012, Math.abs(y - middle));
    const ends = smoothstep(1.06, 0.9, Math.abs(across));
    const strands = 0.86 + 0.14 * noise2(x * 40, y * 20, this.key);
    cover(paint, this.colours.brows, 0.88 * inside * ends * strands);
  }
}

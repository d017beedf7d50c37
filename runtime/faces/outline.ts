import { bump, mix, smoothstep } from './curves.ts';
import type { Face } from './face.ts';

/** The head without features at one height: an oval of half-widths to the side, to the front and to the back. */
export interface Section {
  readonly width: number;
  readonly front: number;
  readonly back: number;
  /** Exponent of the oval's front: 1 is an ellipse, less is flatter in front and squarer at the sides. */
  readonly power: number;
}

/** The section at height y in [−1, 1], from the crown to the chin. */
export function sectionAt({ identity }: Face, y: number): Section {
  const round = Math.sqrt(Math.max(0, 1 - y * y));
  const upper = smoothstep(0.15, -0.5, y);
  const outline = round ** mix(1, identity.crown, upper);
  const widths =
    1 +
    identity.cheekWidth * bump((y - 0.2) / 0.25) +
    identity.templeWidth * bump((y + 0.3) / 0.22) +
    identity.jawWidth * bump((y - 0.66) / 0.3) +
    identity.chinWidth * bump((y - 0.93) / 0.14);
  const lean = identity.foreheadSlope * smoothstep(-0.1, -0.9, y);
  return {
    width: identity.width * outline * widths,
    front: identity.depth * round ** 0.5 * (1 - lean) * (1 - 0.06 * smoothstep(0.1, 0.7, y)),
    back: identity.back * round ** 0.85 * (1 - 0.5 * smoothstep(0.1, 0.75, y)),
    power: mix(identity.flatness, Math.min(1, identity.flatness + 0.1), smoothstep(0.2, 0.8, y)),
  };
}

/** Directions around a head, as far as a ring of vertices needs them: 0 is the front, ±π the back. */
export class Ring {
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
  private readonly logs: Float64Array;

  constructor(readonly angles: Float64Array) {
    this.sines = angles.map(Math.sin);
    this.cosines = angles.map(Math.cos);
    this.logs = this.cosines.map((cosine) => Math.log(Math.max(cosine, 1e-300)));
  }

  /** How far to the image's right a section lies in a direction. */
  x({ width }: Section, column: number): number {
    return width * (this.sines[column] as number);
  }

  /** How far behind the axis of the ears. */
  z({ front, back, power }: Section, column: number): number {
    const cosine = this.cosines[column] as number;
    return cosine > 0 ? -front * Math.exp(power * (this.logs[column] as number)) : -back * cosine;
  }
}

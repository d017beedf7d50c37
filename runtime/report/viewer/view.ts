/** How the surface is shown. */
export type Mode = 'texture' | 'lit' | 'normals' | 'clay';

/** What a person can change about the view of a shape. */
export interface View {
  /** Radians; see `turn`. */
  readonly yaw: number;
  readonly pitch: number;
  /** 1 fits the shape into the picture. */
  readonly zoom: number;
  /** Where the light stands on the half sphere towards the viewer, seen from the front: in the unit disc. */
  readonly light: { readonly x: number; readonly y: number };
  readonly mode: Mode;
}

export const START: View = { yaw: 0, pitch: 0, zoom: 1, light: { x: -0.35, y: 0.45 }, mode: 'texture' };

const STEEPEST = 1.4;
const [FARTHEST, NEAREST] = [0.5, 5];
const RIM = 0.97;

/** The view turned by so many radians: all the way round, but never over head. */
export function turned(view: View, yaw: number, pitch: number): View {
  const round = 2 * Math.PI;
  const sum = view.yaw + yaw;
  return {
    ...view,
    yaw: sum - round * Math.round(sum / round),
    pitch: Math.min(STEEPEST, Math.max(-STEEPEST, view.pitch + pitch)),
  };
}

/** The view so many times nearer. */
export function zoomed(view: View, factor: number): View {
  return { ...view, zoom: Math.min(NEAREST, Math.max(FARTHEST, view.zoom * factor)) };
}

/** The view with the light at that place of the disc, or at its rim where that lies outside. */
export function litFrom(view: View, x: number, y: number): View {
  const scale = Math.min(1, RIM / Math.max(1e-9, Math.hypot(x, y)));
  return { ...view, light: { x: x * scale, y: y * scale } };
}

/** The unit vector towards the light: x right, y up, z towards the viewer. */
export function lightDirection({ x, y }: View['light']): [number, number, number] {
  return [x, y, Math.sqrt(Math.max(0, 1 - x * x - y * y))];
}

/** Where the light stands, in words. */
export function lightInWords({ x, y }: View['light']): string {
  const across = Math.round((Math.asin(Math.max(-1, Math.min(1, x))) * 180) / Math.PI);
  const up = Math.round((Math.asin(Math.max(-1, Math.min(1, y))) * 180) / Math.PI);
  const side = across === 0 ? 'in front' : `${Math.abs(across)}° to the ${across > 0 ? 'right' : 'left'}`;
  return `${side}, ${up === 0 ? 'level' : `${Math.abs(up)}° ${up > 0 ? 'above' : 'below'}`}`;
}

/** The yaw of a shape that swings to and fro by itself, after so many seconds: from the front, 35° to both sides. */
export function swing(seconds: number): number {
  return 0.61 * Math.sin(0.9 * seconds);
}

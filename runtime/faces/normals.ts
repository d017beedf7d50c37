import { FIELD_OF_VIEW, type Rendering } from './render.ts';

/**
 * Normals of a rendering's depth as colours, [S,S,3], grey outside: red to the right, green down, blue to the camera.
 * The same central differences as the method's normals.
 */
export function normalColours({ size, depth, mask }: Rendering): Uint8Array {
  const colours = new Uint8Array(size * size * 3).fill(128);
  const slope = (2 * Math.tan((FIELD_OF_VIEW * Math.PI) / 360)) / (size - 1);
  for (let v = 1; v < size - 1; v++) {
    for (let u = 1; u < size - 1; u++) {
      const at = v * size + u;
      const whole = [at, at - 1, at + 1, at - size, at + size].every((pixel) => mask[pixel] !== 0);
      if (!whole) continue;
      const dx = ((depth[at + 1] as number) - (depth[at - 1] as number)) / 2;
      const dy = ((depth[at + size] as number) - (depth[at - size] as number)) / 2;
      const across = slope * (depth[at] as number);
      const length = Math.hypot(dx, dy, across);
      colours.set(
        [dx, dy, across].map((value) => Math.round((value / length) * 127 + 128)),
        at * 3,
      );
    }
  }
  return colours;
}

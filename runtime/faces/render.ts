import { Backdrop } from './backdrop.ts';
import { earMesh } from './ear.ts';
import type { Face } from './face.ts';
import { hairMesh } from './hair.ts';
import { headMesh } from './head.ts';
import type { Mesh } from './mesh.ts';
import { Fragments, type Projected } from './raster.ts';
import { Surface } from './surface.ts';
import { turnedBack, viewOf, viewRotation } from './view.ts';

/** Depth of what is not head, the far end of canonical depth. */
export const BACKGROUND_DEPTH = 1.1;
/** The camera's field of view in degrees, and the depth that the middle of an unturned head has. */
export const FIELD_OF_VIEW = 10;
export const HEAD_DEPTH = 1.03;
/** The inside of long hair may reach farther; it is not seen there, so that heads stay in front of the background. */
const FARTHEST = 1.09;
/** Samples along a side of a pixel. */
const SAMPLES = 3;

/** A picture of a face and what is known about it; all of size S×S, row by row. */
export interface Rendering {
  readonly size: number;
  /** [S,S,3]. */
  readonly image: Uint8Array;
  /** Depth at the centres of pixels in scene units; {@link BACKGROUND_DEPTH} beside the head. [S,S] */
  readonly depth: Float32Array;
  /** 255 where the centre of a pixel is on the head, else 0. [S,S] */
  readonly mask: Uint8Array;
}

const buffers = new Map<number, Fragments>();

/** Renders a face: perspective, one soft light without shadows, 3×3 samples a pixel. The size is at least 8. */
export function renderFace(face: Face, size: number): Rendering {
  const hair = hairMesh(face);
  const covered = face.hairStyle === 'long';
  const meshes = [
    headMesh(face),
    ...(covered ? [] : [earMesh(face, -1), earMesh(face, 1)]),
    ...(hair ? [hair] : []),
  ];
  const fragments = buffers.get(size) ?? new Fragments(size * SAMPLES);
  buffers.set(size, fragments);
  fragments.clear(FARTHEST);
  meshes.forEach((mesh, index) => {
    fragments.draw(index, mesh, project(face, mesh, size));
  });
  shade(face, meshes, fragments);
  return collect(face, fragments, size);
}

/** Head coordinates → view → samples. The centre of pixel u is sample 3u + 1. */
function project(face: Face, { positions }: Mesh, size: number): Projected {
  const centre = (size - 1) / 2;
  const focal = centre / Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
  const { scale } = face.identity;
  const [, , , tx, ty, tz] = viewOf(face);
  const r = viewRotation(face);
  const projected = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const x = (positions[i] as number) * scale;
    const y = (positions[i + 1] as number) * scale;
    const z = (positions[i + 2] as number) * scale + HEAD_DEPTH - 1;
    const depth = r[6] * x + r[7] * y + r[8] * z + 1 + tz;
    projected[i] = (focal * ((r[0] * x + r[1] * y + r[2] * z + tx) / depth) + centre) * SAMPLES + 1;
    projected[i + 1] = (focal * ((r[3] * x + r[4] * y + r[5] * z + ty) / depth) + centre) * SAMPLES + 1;
    projected[i + 2] = 1 / depth;
  }
  return projected;
}

/** Gives every sample its colour, in [0, 1]. */
function shade(face: Face, meshes: readonly Mesh[], fragments: Fragments): void {
  const { size, colours } = fragments;
  const surface = new Surface(face);
  const r = viewRotation(face);
  const { ambient, total, x: lightX, y: lightY } = face.light;
  const far = Math.hypot(lightX, lightY, 1);
  // normals of the method point away from the camera, ours towards it: the light turns with them
  const [lx, ly, lz] = turnedBack(r, [-lightX / far, -lightY / far, -1 / far]);
  const paint = new Float64Array(3);
  for (let at = 0; at < size * size; at++) {
    const index = fragments.mesh[at] as number;
    if (index < 0) continue;
    const { positions: p, normals: n, triangles, material } = meshes[index] as Mesh;
    const t = fragments.triangle[at] as number;
    const a = (triangles[t] as number) * 3;
    const b = (triangles[t + 1] as number) * 3;
    const c = (triangles[t + 2] as number) * 3;
    const v = fragments.second[at] as number;
    const w = fragments.third[at] as number;
    const u = 1 - v - w;
    const x = u * (p[a] as number) + v * (p[b] as number) + w * (p[c] as number);
    const y = u * (p[a + 1] as number) + v * (p[b + 1] as number) + w * (p[c + 1] as number);
    const z = u * (p[a + 2] as number) + v * (p[b + 2] as number) + w * (p[c + 2] as number);
    const nx = u * (n[a] as number) + v * (n[b] as number) + w * (n[c] as number);
    const ny = u * (n[a + 1] as number) + v * (n[b + 1] as number) + w * (n[c + 1] as number);
    const nz = u * (n[a + 2] as number) + v * (n[b + 2] as number) + w * (n[c + 2] as number);
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
    const cosine = Math.max(0, nx * lx + ny * ly + nz * lz) / length;
    surface.at(material, x, y, z, paint);
    const shading = ambient + (total - ambient) * cosine;
    colours[at * 3] = Math.min(1, (paint[0] as number) * shading);
    colours[at * 3 + 1] = Math.min(1, (paint[1] as number) * shading);
    colours[at * 3 + 2] = Math.min(1, (paint[2] as number) * shading);
  }
}

/** Pixels from samples: the mean of their colours over what is behind, the depth of the middle one. */
function collect(face: Face, fragments: Fragments, size: number): Rendering {
  const image = new Uint8Array(size * size * 3);
  const depth = new Float32Array(size * size);
  const mask = new Uint8Array(size * size);
  const { size: side, colours } = fragments;
  const behind = new Backdrop(face.background);
  const sum = new Float64Array(3);
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      const pixel = v * size + u;
      const corner = v * SAMPLES * side + u * SAMPLES;
      sum.fill(0);
      let missed = 0;
      for (let dy = 0; dy < SAMPLES; dy++) {
        for (let dx = 0; dx < SAMPLES; dx++) {
          const at = corner + dy * side + dx;
          if ((fragments.mesh[at] as number) < 0) missed++;
          for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (colours[at * 3 + c] as number);
        }
      }
      if (missed > 0) behind.add((u + 0.5) / size, (v + 0.5) / size, missed, sum);
      for (let c = 0; c < 3; c++)
        image[pixel * 3 + c] = Math.round(((sum[c] as number) / SAMPLES ** 2) * 255);
      const middle = corner + side + 1;
      const hit = (fragments.mesh[middle] as number) >= 0;
      depth[pixel] = hit ? 1 / (fragments.nearness[middle] as number) : BACKGROUND_DEPTH;
      mask[pixel] = hit ? 255 : 0;
    }
  }
  return { size, image, depth, mask };
}

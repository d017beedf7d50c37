import { availableParallelism } from 'node:os';
import {
  rasterizeDepth,
  rasterizeDepthGradient,
  setRasterizerThreads,
} from '../../runtime/engine/wasm/raster.ts';
import type { BenchOptions } from '../main.ts';
import { type Comparison, compare, contender } from '../measure.ts';

const BATCH = 32;
const SIZE = 64;
const RANGE = { near: 0.1, far: 100 };

/** 32 wavy height fields of 64 × 64 vertices, drawn at 64 × 64 with 2 × 2 samples; threads against one. */
export async function* rasterizerPart({ rounds, threads }: BenchOptions): AsyncIterable<Comparison> {
  const meshes = { vertices: heightFields(), batch: BATCH, size: SIZE };
  const depth = new Float32Array(BATCH * SIZE ** 2);
  const faces = new Int32Array(4 * BATCH * SIZE ** 2);
  const upstream = new Float32Array(depth.length).fill(1);
  const gradient = new Float32Array(meshes.vertices.length);
  const forward = () => rasterizeDepth(meshes, RANGE, { depth, faces });
  const backward = () => rasterizeDepthGradient(meshes, faces, upstream, gradient);
  forward();
  const counts = [...new Set([1, Math.min(threads, 8)])];
  for (const [name, work] of Object.entries({ forward, backward })) {
    const sides = counts.map((count) => {
      const side = contender(`${count} thread${count === 1 ? '' : 's'}`, work, 20);
      return {
        name: side.name,
        round: () => {
          setRasterizerThreads(count);
          return side.round();
        },
      };
    });
    yield await compare(`Depth rasterizer, ${name}, ${BATCH} maps of ${SIZE} × ${SIZE}`, sides, { rounds });
  }
  setRasterizerThreads(Math.min(availableParallelism(), 8));
}

/** Vertices [32,64,64,3] in normalised device coordinates, each mesh turned a little further. */
function heightFields(): Float32Array {
  return Float32Array.from({ length: BATCH * SIZE ** 2 * 3 }, (_, i) => {
    const [mesh, vertex] = [Math.floor(i / (3 * SIZE ** 2)), Math.floor(i / 3) % SIZE ** 2];
    const [u, v] = [vertex % SIZE, Math.floor(vertex / SIZE)];
    const [x, y] = [(2 * u) / SIZE - 1, 1 - (2 * v) / SIZE];
    const depth = 1 + 0.02 * Math.sin(0.3 * u) * Math.cos(0.2 * v) + 0.002 * mesh * x;
    return [(x * Math.cos(0.02 * mesh)) / depth, y / depth, depth][i % 3] as number;
  });
}

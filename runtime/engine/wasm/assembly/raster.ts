// The rasterizers over a shared memory. A job is a kernel, a number of tasks (one per image of the batch) and 16
// words of arguments; any thread may run any task. Nothing here keeps data of its own in the memory.
import { averageDepth, depthGradient, shadeColours } from './shade';
import { zbuffer } from './zbuffer';

// @ts-ignore: decorator
@inline
function word(args: usize, index: usize): usize {
  return load<u32>(args + (index << 2));
}

/** Words: size, near, far, vertices, centres, supersampled depth, faces, back list, averaged depth. */
export function rasterizeDepth(args: usize, task: usize): void {
  const size = <u32>word(args, 0);
  const image = <usize>(size * size) << 2;
  const depth = word(args, 5) + task * image * 4;
  zbuffer(
    size, load<f32>(args, 4), load<f32>(args, 8), word(args, 3) + task * image * 3, word(args, 4), depth,
    word(args, 6) + task * image * 4, word(args, 7) + task * image * 2,
  );
  averageDepth(size, depth, word(args, 8) + task * image);
}

/** Words: size, vertices, faces, upstream gradient, gradient. */
export function rasterizeDepthGradient(args: usize, task: usize): void {
  const size = <u32>word(args, 0);
  const image = <usize>(size * size) << 2;
  depthGradient(
    size, word(args, 1) + task * image * 3, word(args, 2) + task * image * 4, word(args, 3) + task * image,
    word(args, 4) + task * image * 3,
  );
}

/** Words: those of rasterizeDepth up to the back list, then colours, channels, background, eps, output. */
export function rasterizeColour(args: usize, task: usize): void {
  const size = <u32>word(args, 0);
  const image = <usize>(size * size) << 2;
  const vertices = word(args, 3) + task * image * 3;
  const faces = word(args, 6) + task * image * 4;
  zbuffer(
    size, load<f32>(args, 4), load<f32>(args, 8), vertices, word(args, 4), word(args, 5) + task * image * 4, faces,
    word(args, 7) + task * image * 2,
  );
  const channels = <u32>word(args, 9);
  shadeColours(
    size, vertices, faces, word(args, 8) + task * image * channels, channels, word(args, 10), load<f32>(args, 44),
    word(args, 12) + task * image * channels,
  );
}

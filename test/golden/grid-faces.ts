/**
 * The triangles of a grid of size×size vertices, as vertex numbers, in the order that the rasterizers number them:
 * first every cell's upper left triangle, then every cell's lower right one.
 */
export function gridFaces(size: number): number[][] {
  const cells = Array.from({ length: (size - 1) ** 2 }, (_, cell) => {
    const row = Math.floor(cell / (size - 1));
    return row * size + (cell % (size - 1));
  });
  return [
    ...cells.map((at) => [at, at + size, at + 1]),
    ...cells.map((at) => [at + 1, at + size, at + size + 1]),
  ];
}

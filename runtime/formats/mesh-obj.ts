import type { Mesh } from './mesh.ts';

/** A mesh as the text of a Wavefront OBJ file, to the letter as the original writes it. `material` is the MTL file. */
export function toObj(
  { positions, normals, uvs, indices }: Mesh,
  { material }: { material: string },
): string {
  const faces = Array.from({ length: indices.length / 3 }, (_, face) => {
    const corners = [0, 1, 2].map((corner) => (indices[3 * face + corner] as number) + 1);
    return `\nf ${corners.map((vertex) => `${vertex}/${vertex}/${vertex}`).join(' ')}`;
  });
  return [
    `# OBJ File:\n\nmtllib ${material}`,
    '\n\n# vertices:',
    ...lines('v', positions, 3),
    '\n\n# vertice textures:',
    ...lines('vt', uvs, 2),
    '\n\n# vertice normals:',
    ...lines('vn', normals, 3),
    '\n\n# faces:\n\nusemtl tex',
    ...faces,
  ].join('');
}

/** The material of {@link toObj}'s meshes: unlit, coloured by a picture. */
export function toMtl({ texture }: { texture: string }): string {
  const colours = ['Ka 1.0000 1.0000 1.0000', 'Kd 1.0000 1.0000 1.0000', 'Ks 0.0000 0.0000 0.0000'];
  return ['newmtl tex', ...colours, 'd 1.0', 'illum 0', `map_Kd ${texture}`].join('\n');
}

function lines(keyword: string, values: Float32Array, width: number): string[] {
  return Array.from({ length: values.length / width }, (_, row) => {
    const numbers = values.subarray(row * width, (row + 1) * width);
    return `\n${keyword} ${Array.from(numbers, decimals).join(' ')}`;
  });
}

/** Four decimals, with the sign of a negative zero, as C prints them. */
function decimals(value: number): string {
  return Object.is(value, -0) ? '-0.0000' : value.toFixed(4);
}

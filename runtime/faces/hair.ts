import { mix, noise2, smoothstep, through } from './curves.ts';
import type { Face } from './face.ts';
import { featuresAt } from './head.ts';
import { gridNormals, gridTriangles, type Mesh } from './mesh.ts';
import { Ring, sectionAt } from './outline.ts';

const ROWS = 52;
const COLUMNS = 84;
const TRIANGLES = gridTriangles({ rows: ROWS, columns: COLUMNS, ring: true });
/** Hair hangs straight from the head's widest place. */
const WIDEST = -0.05;
const DEGREE = 180 / Math.PI;
const RING = new Ring(
  Float64Array.from({ length: COLUMNS }, (_, column) => Math.PI * (((column + 0.5) / COLUMNS) * 2 - 1)),
);

/** The hair or the cap, a shell around the head; undefined for a bald one. */
export function hairMesh(face: Face): Mesh | undefined {
  if (face.hairStyle === 'bald') return undefined;
  const positions = new Float64Array(ROWS * COLUMNS * 3);
  const kept = new Float64Array(ROWS * COLUMNS);
  const bottom = Math.max(lowest(face) + 0.08, 0.3);
  const key = Math.imul(face.index + 1, 0x9e3779b1) ^ face.seed;
  const ends = RING.angles.map((angle) => hairline(face, angle));
  for (let row = 0; row < ROWS; row++) {
    const y = mix(-Math.cos((Math.PI / 2) * (row / (ROWS - 1))), bottom, (row / (ROWS - 1)) ** 2);
    const section = sectionAt(face, Math.min(y, hangs(face) ? WIDEST : 0.7));
    // outwards from the axis of the head, and up at the crown
    const rise = smoothstep(-0.2, -1, y);
    const outwards = Math.sqrt(Math.max(0, 1 - rise * rise * 0.8));
    for (let column = 0; column < COLUMNS; column++) {
      const angle = RING.angles[column] as number;
      const inside = (ends[column] as number) - y;
      const thickness = thicknessAt(face, { inside, y, angle, key });
      const x = RING.x(section, column);
      const bare = RING.z(section, column);
      const z = y < 0 ? bare - featuresAt(face, x, y, bare) : bare;
      const length = Math.sqrt(x * x + z * z) || 1;
      const at = row * COLUMNS + column;
      positions[at * 3] = x + (x / length) * thickness * outwards;
      positions[at * 3 + 1] = y - rise * thickness;
      positions[at * 3 + 2] = z + (z / length) * thickness * outwards;
      kept[at] = inside;
    }
  }
  const grid = { rows: ROWS, columns: COLUMNS, ring: true, positions };
  const material = face.hairStyle === 'cap' ? 'cap' : 'hair';
  return { material, positions, normals: gridNormals(grid), triangles: TRIANGLES, closed: false, kept };
}

function hangs({ hairStyle }: Face): boolean {
  return hairStyle === 'long';
}

/** Height where the hair ends at the back. */
function lowest({ hairStyle, appearance }: Face): number {
  if (hairStyle === 'long') return 0.25 + appearance.hairLength;
  return { bald: 0, short: 0.42, fringe: 0.55, curly: 0.5, cap: -0.02 }[hairStyle];
}

/** Height above which there is hair, in the direction `angle` (0 is the front). */
function hairline(face: Face, angle: number): number {
  const { hairStyle, appearance, identity } = face;
  const degrees = Math.abs(angle) * DEGREE;
  const end = lowest(face);
  if (hairStyle === 'cap') return mix(-0.4, end, smoothstep(20, 150, degrees)) + (appearance.hairline + 0.6);
  const part = appearance.hairPart * Math.sin(Math.max(-1.2, Math.min(1.2, angle)) * 1.3);
  const front =
    hairStyle === 'fringe'
      ? identity.browHeight - 0.1 + 0.4 * (appearance.hairline + 0.6)
      : appearance.hairline;
  const temple = Math.min(front + 0.1, 0);
  if (hairStyle === 'long') {
    return (
      through(
        [
          [0, front],
          [40, temple],
          [62, -0.12],
          [74, end],
        ],
        degrees,
      ) + part
    );
  }
  const sideburn = hairStyle === 'fringe' ? 0.3 : 0.1;
  return (
    through(
      [
        [0, front],
        [42, temple],
        [60, -0.28],
        [72, sideburn],
        [84, sideburn - 0.06],
        [92, -0.12],
        [104, -0.05],
        [118, end],
      ],
      degrees,
    ) + part
  );
}

interface Place {
  /** How far inside of the hairline. */
  readonly inside: number;
  readonly y: number;
  readonly angle: number;
  readonly key: number;
}

/** Thickness of the hair: from under the skin at the hairline to the full volume. */
function thicknessAt({ hairStyle, appearance }: Face, { inside, y, angle, key }: Place): number {
  const edge = smoothstep(-0.02, 0.14, inside);
  if (hairStyle === 'cap')
    return mix(-0.03, 0.075 + 0.025 * smoothstep(0.16, 0.12, inside), smoothstep(-0.03, 0.03, inside));
  const full = hairStyle === 'curly' ? appearance.hairVolume * 1.6 + 0.07 : appearance.hairVolume;
  const lumps = hairStyle === 'curly' ? 0.22 : 0.1;
  const uneven = 1 + lumps * noise2(angle * 3.2 + 20, y * 4 + 20, key);
  const lower = hairStyle === 'long' ? 1 + 0.5 * smoothstep(0, 0.8, y) : 1 - 0.55 * smoothstep(-0.3, 0.3, y);
  return mix(-0.02, full * uneven * lower, edge);
}

import { type Colours, coloursOf } from './colours.ts';
import { noise } from './curves.ts';
import type { Face } from './face.ts';
import type { Material } from './mesh.ts';
import { type Paint, Skin } from './skin.ts';

/** The albedo of everything that a head is made of. */
export class Surface {
  private readonly skin: Skin;
  private readonly colours: Colours;
  private readonly key: number;

  constructor(face: Face) {
    this.colours = coloursOf(face);
    this.skin = new Skin(face, this.colours);
    this.key = Math.imul(face.index + 1, 0x9e3779b1) ^ face.seed;
  }

  /** The albedo at a point in head coordinates, in [0, 1]. */
  at(material: Material, x: number, y: number, z: number, paint: Paint): void {
    if (material === 'skin') this.skin.at(x, y, z, paint);
    else if (material === 'ear') this.skin.ear(paint);
    else if (material === 'cap') paint.set(this.colours.cap);
    else this.hair(x, y, z, paint);
  }

  private hair(x: number, y: number, z: number, paint: Paint): void {
    const strand = 1 + 0.2 * noise(Math.atan2(x, -z) * 16 + y * 2 + 60, this.key);
    paint[0] = this.colours.hair[0] * strand;
    paint[1] = this.colours.hair[1] * strand;
    paint[2] = this.colours.hair[2] * strand;
  }
}

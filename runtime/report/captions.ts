/** How a picture is presented: by what its sink says it shows. */
export interface Caption {
  readonly title: string;
  readonly note?: string;
}

/** Names that the project's graphs give to pictures, in the order in which a reader wants them. */
const KNOWN: readonly (readonly [name: string, title: string, note?: string])[] = [
  ['input', 'Input'],
  ['target', 'Input', 'what the run works on'],
  ['image', 'Input'],
  ['original', 'Input'],
  ['photo', 'Input'],
  ['projected', 'Projected', 'what the GAN makes of the latent'],
  ['reconstruction', 'Reconstruction', 'rendered from shape, view, light and albedo'],
  ['recon', 'Reconstruction'],
  ['albedo', 'Albedo', 'colour without light'],
  ['texture', 'Texture', 'albedo under the light that was found'],
  ['shading', 'Shading'],
  ['normals', 'Normals', 'x, y, z as red, green, blue'],
  ['depth', 'Depth', 'near is light'],
  ['relief', 'Relief', 'the shape alone, under a light'],
  ['rotated', 'Rotation', 'rendered from the shape'],
  ['rotation', 'Rotation', 'rendered from the shape'],
  ['rotated-refined', 'Rotation, refined', 'the same views through the GAN'],
  ['rotation-refined', 'Rotation, refined', 'the same views through the GAN'],
  ['relit', 'Relighting', 'rendered under other lights'],
  ['relighting', 'Relighting', 'rendered under other lights'],
  ['relit-refined', 'Relighting, refined', 'the same lights through the GAN'],
  ['relighting-refined', 'Relighting, refined', 'the same lights through the GAN'],
  ['rotated-normals', 'Rotation of the normals'],
  ['rotated-relief', 'Rotation of the relief'],
  ['pseudo', 'Pseudo samples', 'renderings under random views and lights'],
];

const INPUTS: ReadonlySet<string> = new Set(
  KNOWN.filter(([, title]) => title === 'Input').map(([name]) => name),
);

/** What stands under a picture; the name itself, in words, where it is not a known one. */
export function captionOf(name: string): Caption {
  const known = KNOWN.find(([own]) => own === name);
  if (known) return { title: known[1], ...(known[2] && { note: known[2] }) };
  const words = name.replaceAll(/[-_]+/g, ' ').trim();
  return { title: words ? words[0]?.toUpperCase() + words.slice(1) : name };
}

/** Place of a picture among others: known ones first. */
export function rankOf(name: string): number {
  const place = KNOWN.findIndex(([own]) => own === name);
  return place < 0 ? KNOWN.length : place;
}

/** Whether a picture shows what an item is about, by its name. */
export const isInput = (name: string): boolean => INPUTS.has(name);

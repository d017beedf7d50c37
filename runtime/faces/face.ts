import {
  APPEARANCE,
  EXPRESSION,
  HAIR_STYLES,
  type HairStyle,
  IDENTITY,
  LIGHT,
  POSE,
  type Values,
} from './parameters.ts';
import { FaceRandom, rounded } from './random.ts';

/** Red, green and blue in [0, 1]. */
export type Colour = readonly [number, number, number];

/** What is behind a head: two colours that blend along a direction, and a soft spot. */
export interface Background {
  readonly from: Colour;
  readonly to: Colour;
  /** Direction of the blend, in degrees. */
  readonly angle: number;
  /** Place of the spot in image sizes, from the upper left corner. */
  readonly spot: readonly [number, number];
  readonly spotSize: number;
  /** How much lighter the spot is. */
  readonly spotLight: number;
}

/** Everything that an image of a face is made of. */
export interface Face {
  readonly seed: number;
  readonly index: number;
  readonly identity: Values<typeof IDENTITY>;
  readonly expression: Values<typeof EXPRESSION>;
  readonly appearance: Values<typeof APPEARANCE>;
  readonly hairStyle: HairStyle;
  /** The colour of the cap; of no meaning without one. */
  readonly capColour: Colour;
  readonly pose: Values<typeof POSE>;
  readonly light: Values<typeof LIGHT>;
  readonly background: Background;
}

/** Face number `index` of a seed. The same numbers give the same face, whatever else is drawn. */
export function sampleFace(seed: number, index: number): Face {
  const random = new FaceRandom(seed, index);
  const identity = random.values(IDENTITY);
  const expression = random.values(EXPRESSION);
  const pose = random.values(POSE);
  const light = random.values(LIGHT);
  const hairStyle = random.choice(HAIR_STYLES);
  const appearance = plausible(random.values(APPEARANCE), hairStyle);
  const capColour = colourOf(random.uniform(), random.uniform(0.3, 0.8), random.uniform(0.15, 0.75));
  return {
    seed,
    index,
    identity,
    expression,
    appearance,
    hairStyle,
    capColour,
    pose,
    light,
    background: sampleBackground(random),
  };
}

/** Long hair and beards do not go together here, and dark skin has dark hair more often than not. */
function plausible(drawn: Values<typeof APPEARANCE>, style: HairStyle): Values<typeof APPEARANCE> {
  const bare = style === 'long' || style === 'fringe';
  return {
    ...drawn,
    beard: bare ? 0 : drawn.beard,
    moustache: bare ? 0 : rounded(Math.max(drawn.moustache, drawn.beard * 0.8)),
    hairColour: rounded(drawn.hairColour * (1 - 0.75 * drawn.skinTone)),
    irisColour: rounded(drawn.irisColour * (1 - 0.85 * drawn.skinTone)),
    freckles: rounded(drawn.freckles * (1 - drawn.skinTone)),
  };
}

function sampleBackground(random: FaceRandom): Background {
  const hue = random.uniform();
  const light = random.uniform(0.12, 0.88);
  const colour = (turn: number, shift: number) =>
    colourOf((hue + turn + 1) % 1, random.uniform(0.03, 0.42), Math.min(Math.max(light + shift, 0.04), 0.96));
  return {
    from: colour(0, 0.12),
    to: colour(random.uniform(-0.15, 0.15), random.uniform(-0.28, 0.02)),
    angle: rounded(random.uniform(0, 360)),
    spot: [rounded(random.uniform()), rounded(random.uniform())],
    spotSize: rounded(random.uniform(0.2, 0.6)),
    spotLight: rounded(random.uniform(-0.12, 0.16)),
  };
}

/** A colour of a hue (a turn is 1), a saturation and a lightness in [0, 1]. */
function colourOf(hue: number, saturation: number, lightness: number): Colour {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue * 12) % 12;
    return rounded(lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

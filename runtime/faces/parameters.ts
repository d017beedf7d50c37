/** How a parameter of a face is distributed: a normal distribution, cut off at both ends. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
  readonly unit: Unit;
  readonly description: string;
}

/**
 * `head` is half the height of a head (about 11.5 cm); `scene` the unit of depth; `share` has none. Angles are in
 * degrees.
 */
export type Unit = 'head' | 'scene' | 'share' | 'degrees';

const spread = (
  mean: number,
  deviation: number,
  unit: Unit,
  description: string,
  [min, max]: readonly [number, number] = [mean - 2.5 * deviation, mean + 2.5 * deviation],
): Spread => ({ mean, deviation, min, max, unit, description });

const amount = (mean: number, deviation: number, description: string) =>
  spread(mean, deviation, 'share', description, [0, 1]);

/** The shape of a person's head. Heights count downwards from the middle between crown and chin. */
export const IDENTITY = {
  scale: spread(0.0675, 0.0046, 'scene', 'Half the height from crown to chin'),
  width: spread(0.71, 0.06, 'head', 'Half the width of the head at the temples'),
  depth: spread(1.08, 0.17, 'head', 'From the axis of the ears to the face, without the nose'),
  back: spread(0.94, 0.09, 'head', 'From the axis of the ears to the back of the head'),
  flatness: spread(0.84, 0.09, 'share', 'Exponent of the horizontal section: smaller is flatter in front'),
  crown: spread(0.9, 0.07, 'share', 'Exponent of the outline above the brows: smaller is squarer'),
  jawWidth: spread(0, 0.055, 'share', 'Widens the lower jaw'),
  cheekWidth: spread(0.02, 0.03, 'share', 'Widens the face at the cheek bones'),
  templeWidth: spread(-0.02, 0.03, 'share', 'Widens the face at the temples'),
  chinWidth: spread(0.02, 0.06, 'share', 'Widens the chin'),
  chin: spread(0.1, 0.055, 'head', 'How far the chin stands out'),
  chinHeight: spread(0.89, 0.015, 'head', 'Height of the most prominent point of the chin'),
  chinCleft: spread(0.008, 0.012, 'head', 'Depth of the cleft of the chin', [0, 0.04]),
  forehead: spread(0.03, 0.055, 'head', 'How far the forehead stands out'),
  foreheadSlope: spread(0.1, 0.1, 'share', 'How far the forehead leans back'),
  brow: spread(0.055, 0.03, 'head', 'How far the ridge above the eyes stands out', [0, 0.14]),
  browHeight: spread(-0.15, 0.02, 'head', 'Height of the brows'),
  socket: spread(0.115, 0.035, 'head', 'Depth of the eye sockets', [0.03, 0.2]),
  eyeball: spread(0.045, 0.012, 'head', 'How far the eyeballs stand out'),
  eyeHeight: spread(0.025, 0.018, 'head', 'Height of the eyes'),
  eyeDistance: spread(0.295, 0.018, 'head', 'From the middle of the face to the middle of an eye'),
  eyeWidth: spread(0.122, 0.01, 'head', 'Half the width of an eye'),
  eyeOpening: spread(0.056, 0.009, 'head', 'Height of the upper lid above the middle of the eye'),
  eyeTilt: spread(0.06, 0.09, 'share', 'Slope of an eye: positive where the outer corner is higher'),
  browLength: spread(0.2, 0.02, 'head', 'Half the length of a brow'),
  browThickness: spread(0.032, 0.009, 'head', 'Half the thickness of a brow'),
  browArch: spread(0.035, 0.02, 'head', 'Height of the arch of a brow'),
  browTilt: spread(0.03, 0.08, 'share', 'Slope of a brow: positive where the outer end is higher'),
  noseLength: spread(0.42, 0.035, 'head', 'Height of the tip of the nose'),
  noseTip: spread(0.285, 0.075, 'head', 'How far the tip of the nose stands out'),
  noseRoot: spread(0.065, 0.03, 'head', 'How far the nose stands out between the eyes', [0, 0.15]),
  noseBridge: spread(0, 0.03, 'head', 'Hump (or, below zero, hollow) of the bridge of the nose'),
  noseWidth: spread(0.09, 0.014, 'head', 'Half the width of the bridge of the nose'),
  noseTipWidth: spread(0.125, 0.02, 'head', 'Half the width of the tip of the nose'),
  noseWings: spread(0.085, 0.025, 'head', 'How far the wings of the nose stand out'),
  noseWingsWidth: spread(0.115, 0.016, 'head', 'From the middle of the nose to a wing'),
  noseUpturn: spread(0.09, 0.02, 'head', 'Height of the slope below the tip of the nose'),
  noseTwist: spread(0, 0.012, 'head', 'How far the tip of the nose is off the middle'),
  mouthHeight: spread(0.655, 0.018, 'head', 'Height of the line between the lips'),
  mouthWidth: spread(0.245, 0.028, 'head', 'Half the width of the mouth'),
  upperLip: spread(0.055, 0.015, 'head', 'Height of the upper lip', [0.02, 0.1]),
  lowerLip: spread(0.07, 0.016, 'head', 'Height of the lower lip', [0.03, 0.12]),
  lips: spread(0.05, 0.016, 'head', 'How far the lips stand out', [0.01, 0.1]),
  muzzle: spread(0.05, 0.035, 'head', 'How far the part around the mouth stands out'),
  cheekBones: spread(0.06, 0.035, 'head', 'How far the cheek bones stand out'),
  cheekHollow: spread(0.035, 0.04, 'head', 'Depth of the hollow below the cheek bones'),
  ears: spread(0.19, 0.02, 'head', 'Half the height of the ears'),
  earFlare: spread(28, 9, 'degrees', 'Angle between ears and head'),
} as const satisfies Record<string, Spread>;

/** What a person's face does at the moment. */
export const EXPRESSION = {
  smile: spread(0.25, 0.4, 'share', 'Corners of the mouth: up (positive) or down', [-0.5, 1]),
  mouthOpen: spread(-0.15, 0.35, 'share', 'How far the lips are apart; below zero is closed', [-0.5, 1]),
  mouthTilt: spread(0, 0.03, 'share', 'Slope of the mouth'),
  eyesOpen: spread(1, 0.14, 'share', 'Opening of the eyes relative to the person’s own', [0.45, 1.35]),
  browRaise: spread(0, 0.018, 'head', 'How far the brows are raised'),
  browFrown: spread(0, 0.35, 'share', 'How far the brows are drawn together', [-0.7, 1]),
  gazeX: spread(0, 0.3, 'share', 'Where the eyes look: right is positive', [-0.8, 0.8]),
  gazeY: spread(0, 0.15, 'share', 'Where the eyes look: down is positive', [-0.4, 0.4]),
} as const satisfies Record<string, Spread>;

/** Colours and marks of skin, eyes and hair, as far as they are numbers; the colours follow from them. */
export const APPEARANCE = {
  skinTone: amount(0.42, 0.33, 'From light to dark skin'),
  skinRedness: spread(0, 0.5, 'share', 'From yellowish to reddish skin', [-1, 1]),
  blush: amount(0.25, 0.25, 'Redness of the cheeks'),
  lipColour: amount(0.45, 0.27, 'How much the lips differ from the skin'),
  freckles: amount(-0.3, 0.45, 'Freckles'),
  beard: amount(-0.25, 0.55, 'Density of the beard; zero where there is none'),
  moustache: amount(-0.25, 0.5, 'Density of the moustache'),
  irisColour: amount(0.4, 0.36, 'From brown to blue eyes'),
  hairColour: amount(0.35, 0.33, 'From black over brown and red to blond'),
  grey: amount(-0.35, 0.42, 'Share of grey hair'),
  lashes: amount(0.6, 0.25, 'Strength of the line of the upper lid'),
  hairline: spread(-0.6, 0.06, 'head', 'Height of the hairline above the nose'),
  hairVolume: spread(0.095, 0.045, 'head', 'Thickness of the hair', [0.03, 0.2]),
  hairPart: spread(0, 0.1, 'head', 'How much lower the hairline is at one side'),
  hairLength: spread(0.6, 0.25, 'head', 'How far long hair hangs below the middle of the head', [0.15, 1.2]),
} as const satisfies Record<string, Spread>;

/** How the head is held: turns about the point (0, 0, 1) in the order of a view, then a shift. */
export const POSE = {
  pitch: spread(0, 7, 'degrees', 'Turn about the horizontal axis', [-20, 20]),
  yaw: spread(0, 25, 'degrees', 'Turn about the vertical axis', [-62, 62]),
  roll: spread(0, 3, 'degrees', 'Turn about the axis of the camera', [-9, 9]),
  x: spread(0, 0.0072, 'scene', 'Shift to the right'),
  y: spread(0, 0.0068, 'scene', 'Shift downwards'),
} as const satisfies Record<string, Spread>;

/** One distant light, as the method describes it: shading = ambient + diffuse·max(0, n·l), l ∝ (x, y, 1). */
export const LIGHT = {
  ambient: spread(0.47, 0.1, 'share', 'Brightness from everywhere', [0.28, 0.75]),
  total: spread(1.06, 0.08, 'share', 'Brightness of a surface that faces the light', [0.85, 1.25]),
  x: spread(0, 0.6, 'share', 'Slope of the light to the left (positive) or right', [-1.3, 1.3]),
  y: spread(0.3, 0.35, 'share', 'Slope of the light from above (positive) or below', [-0.6, 1.1]),
} as const satisfies Record<string, Spread>;

/** Values of the parameters of a table. */
export type Values<Table> = { readonly [name in keyof Table]: number };

/** How often hair is worn which way; the shares add up to 1. */
export const HAIR_STYLES = {
  bald: 0.06,
  short: 0.34,
  fringe: 0.14,
  long: 0.24,
  curly: 0.1,
  cap: 0.12,
} as const;

export type HairStyle = keyof typeof HAIR_STYLES;

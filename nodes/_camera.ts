import { Type } from 'typebox';

/** Parameter: the camera's field of view. */
export const fov = () =>
  Type.Number({
    description: 'Field of view of the camera in degrees',
    default: 10,
    exclusiveMinimum: 0,
    exclusiveMaximum: 180,
  });

/** Parameters: the range of canonical depth. */
export const depthRange = () => ({
  minDepth: Type.Number({ description: 'Least depth, in scene units', default: 0.9, exclusiveMinimum: 0 }),
  maxDepth: Type.Number({ description: 'Greatest depth', default: 1.1, exclusiveMinimum: 0 }),
});

/** Parameter: the point that views rotate about. */
export const rotationCentre = () =>
  Type.Number({ description: 'Depth of the point on the axis that views rotate about', default: 1 });

/** Parameters: everything that a warp depends on. */
export const warpParams = () => ({ fov: fov(), rotationCentre: rotationCentre(), ...depthRange() });

/** Parameter: whether there are mirrored copies in the batch. */
export const copies = () =>
  Type.Integer({
    description: '2 where the second half of the batch shows the mirrored shape, else 1',
    default: 1,
    minimum: 1,
    maximum: 2,
  });

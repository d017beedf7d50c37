/** What can be wrong with a picture, with the way out of it. */
export const IMAGE_HINTS = {
  'image-not-found': 'Check the path, and the folder that relative paths begin in.',
  'image-not-readable': 'It has to be a regular file that this user may read.',
  'not-an-image': 'Expected a PNG, JPEG, WebP or GIF file.',
  'image-damaged': 'The file is cut off or damaged: copy or download it again.',
  'image-too-large': 'Scale it down first: the limit protects the memory of this machine.',
  'image-too-small': 'Give a larger image, or a smaller crop.',
  'image-not-square': 'Crop it to a square: the camera of this method sees a square.',
} as const satisfies Record<string, string>;

export type ImageErrorCode = keyof typeof IMAGE_HINTS;

/** A picture that cannot be read or written: which file, what is wrong, and the way out. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly hint: string;

  constructor(
    readonly code: ImageErrorCode,
    readonly file: string,
    /** What is wrong, without the file and the hint. */
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${problem}`, options);
    this.hint = IMAGE_HINTS[code];
  }
}

import sharp from 'sharp';

/** A picture as a page holds it. */
export interface Picture {
  readonly uri: string;
  /** In pixels; of one frame. */
  readonly width: number;
  readonly height: number;
  /** The first frame of an animation, for those who do not want motion. */
  readonly still?: string;
}

const MIME = new Map([
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['jpeg', 'image/jpeg'],
]);

/** Stills above this are coded anew as WebP, at most so many pixels wide. */
const LARGE = 120_000;
const WIDEST = 1800;

/**
 * A picture of a file's bytes as a data URI: small ones as they are, large stills as WebP. What it is, is told from
 * the bytes and not from the file's name.
 *
 * @throws Error where it is no picture that browsers show
 */
export async function toPicture(bytes: Buffer): Promise<Picture> {
  const { format, width, height, pages = 1, pageHeight } = await sharp(bytes, { animated: true }).metadata();
  const mime = MIME.get(format);
  if (!mime) throw new Error(`browsers do not show ${format}`);
  if (pages > 1) {
    const still = await sharp(bytes, { pages: 1 }).png().toBuffer();
    return {
      uri: dataUri(mime, bytes),
      width,
      height: pageHeight ?? height / pages,
      still: dataUri('image/png', still),
    };
  }
  if (bytes.length <= LARGE) return { uri: dataUri(mime, bytes), width, height };
  const { data, info } = await sharp(bytes)
    .resize({ width: WIDEST, withoutEnlargement: true })
    .webp({ quality: 90 })
    .toBuffer({ resolveWithObject: true });
  return { uri: dataUri('image/webp', data), width: info.width, height: info.height };
}

/** Bytes as an address that needs no file. */
export function dataUri(mime: string, bytes: Uint8Array): string {
  return `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;
}

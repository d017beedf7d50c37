/** A file on a server. */
export interface RemoteFile {
  readonly url: string;
  /** Size where it is known. */
  readonly bytes?: number;
  /** The SHA-256 where it is known, or the beginning of it: hexadecimal digits. */
  readonly sha256?: string;
}

/** Something that can be downloaded. */
export interface Download {
  readonly name: string;
  readonly title: string;
  /** What is known of the terms it may be used under. */
  readonly licence: string;
  /** Of an archive in pieces, all of them in order. */
  readonly files: readonly RemoteFile[];
  /** Where it goes: a file, or for archives the folders that it may write into, relative to the working folder. */
  readonly into: { readonly file: string } | { readonly folders: readonly string[] };
  /** A path that tells it is there, where its folders may have been made for something else. */
  readonly sign?: string;
}

const RELEASE = 'https://github.com/XingangPan/GAN2Shape/releases/download/v1.0';
const SOURCE =
  'https://raw.githubusercontent.com/XingangPan/GAN2Shape/97dddd956843c6b238f2efa46476ece367c43794';

/** What the official configurations need, where the original project keeps it. */
export const CATALOGUE: readonly Download[] = [
  {
    name: 'checkpoints',
    title: 'Weights of the original: GANs, pre-trained networks, priors, networks for masks',
    licence:
      'the code is MIT; no terms are stated for the weights, of which some come from research-only images',
    files: ['x00', 'x01', 'x02', 'x03'].map((part) => ({ url: `${RELEASE}/${part}` })),
    into: { folders: ['checkpoints'] },
    sign: 'checkpoints/stylegan2',
  },
  {
    name: 'data',
    title: 'Images of the original with their latents: cars, cats, churches, faces',
    licence: 'no terms are stated; CelebA and LSUN are for non-commercial research',
    files: [{ url: `${RELEASE}/data.tar.gz` }],
    into: { folders: ['data'] },
    sign: 'data/celeba',
  },
  {
    name: 'vgg16',
    title: 'VGG16 as torchvision has it, for perceptual losses',
    licence: 'BSD 3-Clause (torchvision); trained on ImageNet, which is for non-commercial research',
    files: [
      {
        url: 'https://download.pytorch.org/models/vgg16-397923af.pth',
        bytes: 553_433_881,
        sha256: '397923af',
      },
    ],
    into: { file: 'checkpoints/lpips/vgg16-397923af.pth' },
  },
  {
    name: 'lpips',
    title: 'Heads of LPIPS 0.1 for VGG16, for perceptual losses',
    licence: 'BSD 2-Clause (LPIPS)',
    files: [
      {
        url: `${SOURCE}/gan2shape/stylegan2/stylegan2-pytorch/lpips/weights/v0.1/vgg.pth`,
        bytes: 7289,
        sha256: 'a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868',
      },
    ],
    into: { file: 'checkpoints/lpips/vgg.pth' },
  },
];

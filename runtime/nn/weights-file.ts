import { type Savable, type SavedTensor, writeSafetensors, writeTorch } from '../formats/index.ts';

/** The weights of a network, and the entry of a file that they belong to. */
export interface EntryWeights {
  /** What errors call the network. */
  readonly network: string;
  readonly entry: string;
  readonly tensors: ReadonlyMap<string, SavedTensor>;
}

/**
 * The entries of a file of weights. Several networks may share an entry, as the two parts of a GAN's generator do.
 * @throws Error where two of them have a weight of the same name
 */
export function weightEntries(networks: Iterable<EntryWeights>): Map<string, Map<string, SavedTensor>> {
  const entries = new Map<string, Map<string, SavedTensor>>();
  for (const { network, entry, tensors } of networks) {
    const known = entries.get(entry) ?? new Map<string, SavedTensor>();
    for (const [name, tensor] of tensors) {
      if (known.has(name)) throw new Error(`${network} and another network of ${entry} both have ${name}`);
      known.set(name, tensor);
    }
    entries.set(entry, known);
  }
  return entries;
}

export interface WeightsFileOptions {
  /** PyTorch's format, where entries are nested, or safetensors, where names begin with their entry and a dot. */
  readonly format: 'pt' | 'safetensors';
  /** Plain values beside the entries; safetensors keeps them as texts. */
  readonly values?: Readonly<Record<string, number | string>>;
}

/** Writes entries to a file that the parameter `checkpoint` of networks loads. Errors: those of the writers. */
export async function writeWeights(
  path: string,
  entries: ReadonlyMap<string, ReadonlyMap<string, SavedTensor>>,
  { format, values = {} }: WeightsFileOptions,
): Promise<void> {
  if (format === 'pt') {
    await writeTorch(path, new Map<string, Savable>([...entries, ...Object.entries(values)]));
    return;
  }
  const named = [...entries].flatMap(([entry, tensors]) =>
    [...tensors].map(([name, tensor]) => [`${entry}.${name}`, tensor] as const),
  );
  const metadata = new Map(Object.entries(values).map(([key, value]) => [key, String(value)]));
  await writeSafetensors(path, named, { metadata });
}

import type { Checkpoint } from './checkpoint.ts';
import type { TensorEntry } from './entry.ts';
import { CheckpointError, quote } from './errors.ts';
import { nearestNames } from './nearest-names.ts';

/** A tensor that a network needs, by its own name and in the checkpoint's layout. */
export interface WantedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface MatchOptions {
  /** Only tensors below this key count, such as `g_ema`; all of them when absent. */
  readonly within?: string | undefined;
  /** Prefixes that a checkpoint's names may have more than the network's, such as that of DataParallel (default). */
  readonly prefixes?: readonly string[] | undefined;
}

export interface MissingTensor extends WantedTensor {
  /** A name in the checkpoint that may be meant. */
  readonly nearest?: string;
}

export interface MisshapenTensor extends WantedTensor {
  readonly found: TensorEntry;
}

/** How a checkpoint fits a network. */
export interface TensorMatch {
  /** What was found, by the network's names; misshapen tensors are not among them. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly missing: readonly MissingTensor[];
  readonly misshapen: readonly MisshapenTensor[];
  readonly extra: readonly TensorEntry[];
}

/** Suggestions cost a comparison with every name left over. */
const SUGGESTIONS = 50;

/** Finds every tensor that a network wants and lists all that are missing, misshapen or left over. */
export function matchTensors(
  checkpoint: Pick<Checkpoint, 'tensors'>,
  wanted: readonly WantedTensor[],
  { within, prefixes = ['module.'] }: MatchOptions = {},
): TensorMatch {
  const scope = within ? `${within}.` : '';
  const left = new Map<string, TensorEntry>();
  for (const entry of checkpoint.tensors()) {
    if (!entry.name.startsWith(scope)) continue;
    const name = withoutPrefixes(entry.name.slice(scope.length), prefixes);
    // The full name wins over one that is equal only without its prefix.
    if (!left.has(name) || entry.name === scope + name) left.set(name, entry);
  }
  const tensors = new Map<string, TensorEntry>();
  const absent: WantedTensor[] = [];
  const misshapen: MisshapenTensor[] = [];
  for (const { name, shape } of wanted) {
    const found = left.get(name);
    left.delete(name);
    if (!found) absent.push({ name, shape });
    else if (`${found.shape}` !== `${shape}`) misshapen.push({ name, shape, found });
    else tensors.set(name, found);
  }
  const missing = absent.map(({ name, shape }, i): MissingTensor => {
    const [nearest] = i < SUGGESTIONS ? nearestNames(name, left.keys()) : [];
    return { name, shape, ...(nearest !== undefined && { nearest: left.get(nearest)?.name ?? nearest }) };
  });
  return { tensors, missing, misshapen, extra: [...left.values()] };
}

function withoutPrefixes(name: string, prefixes: readonly string[]): string {
  let rest = name;
  for (let prefix = find(rest); prefix; prefix = find(rest)) rest = rest.slice(prefix.length);
  return rest;

  function find(text: string): string | undefined {
    return prefixes.find((candidate) => candidate && text.startsWith(candidate));
  }
}

/**
 * Throws one error (network-mismatch) that lists everything missing, misshapen and, unless `extra` is 'allow', left
 * over. `network` is what the error calls who wanted the tensors.
 */
export function assertMatch(
  file: string,
  match: TensorMatch,
  { network, extra = 'refuse' }: { readonly network: string; readonly extra?: 'allow' | 'refuse' },
): void {
  const surplus = extra === 'refuse' ? match.extra : [];
  const { missing, misshapen } = match;
  const shape = (sizes: readonly number[]) => `[${sizes}]`;
  const lines = [
    ...missing.map(
      ({ name, shape: sizes, nearest }) =>
        `missing ${name} ${shape(sizes)}${nearest === undefined ? '' : ` (is it ${quote(nearest)}?)`}`,
    ),
    ...misshapen.map(
      ({ name, shape: sizes, found }) =>
        `misshapen ${name}: the network has ${shape(sizes)}, the file ${shape(found.shape)}`,
    ),
    ...surplus.map(({ name, shape: sizes }) => `extra ${name} ${shape(sizes)}`),
  ];
  if (lines.length === 0) return;
  const counts = `${missing.length} missing, ${misshapen.length} misshapen, ${surplus.length} extra`;
  const problem = `its tensors are not those of ${network} (${counts})\n${lines.map((line) => `    ${line}`).join('\n')}`;
  throw new CheckpointError('network-mismatch', problem, { file });
}

/** What can be wrong with a file of tensors, with the way out of it. */
export const CHECKPOINT_HINTS = {
  // The file as a whole
  'not-found':
    'Check the path; a relative one begins where the program runs. `gan2shape download` fetches the official weights.',
  'not-readable': 'It has to be a regular file that this user may read.',
  'unknown-format': 'Expected what torch.save writes (either format) or a safetensors file.',
  truncated: 'The file ends too early: download or copy it again.',
  'byte-order': 'Save it again on a little-endian machine.',
  closed: 'Read tensors before the checkpoint is closed.',
  // Zip archives
  'zip-structure': 'The archive is damaged: download or copy it again.',
  'zip-name': 'No program that saves checkpoints writes such names: do not trust this file.',
  'zip-duplicate':
    'No program that saves checkpoints writes two entries of one name: do not trust this file.',
  'zip-overlap': 'No program that saves checkpoints writes overlapping entries: do not trust this file.',
  'zip-encrypted': 'Decrypt the archive and save it without a password.',
  'zip-method': 'Only stored and deflated entries are read: save the checkpoint again with torch.save.',
  'zip-bomb': 'No weights compress that well: do not trust this file.',
  'zip-checksum': 'The file is damaged: download or copy it again.',
  'not-a-checkpoint': 'The archive holds no data.pkl: it was not written by torch.save.',
  torchscript: 'It is a compiled TorchScript model: load it with torch.jit.load and save its state_dict().',
  // Pickles
  'bad-pickle': 'The file is damaged: download or copy it again.',
  'forbidden-opcode': 'torch.save does not write this instruction: do not trust this file.',
  'forbidden-call':
    'Nothing was executed. If you trust the source, load it in Python and save only tensors and plain values.',
  'too-large': 'No checkpoint of this kind is that large: do not trust this file.',
  'too-deep': 'Save the tensors in fewer nested containers.',
  cyclic: 'Save the tensors in containers that do not contain themselves.',
  'too-many-values': 'Save each container once instead of referring to it many times.',
  // Tensors
  'bad-storage': 'The file is damaged, or was not written by torch.save.',
  'storage-size': 'The file is damaged: download or copy it again.',
  'bad-tensor': 'The file is damaged, or was not written by torch.save.',
  'outside-storage': 'The file is damaged, or was not written by torch.save.',
  'expanded-too-far': 'Save .contiguous() tensors instead of expanded views.',
  'unsupported-dtype': 'Convert the tensor to a real dtype, such as float32, before saving.',
  'unsupported-tensor': 'Save dense tensors: .to_dense(), .dequantize().',
  'duplicate-name': 'Rename one of the two keys, so that each tensor has a name of its own.',
  'unknown-tensor': '`gan2shape inspect` lists the tensors of a file.',
  'value-range': 'Read it in its own dtype.',
  'network-mismatch': 'Give the checkpoint of the network that the graph describes, or change the graph.',
  // Safetensors
  'safetensors-header': 'The file is damaged, or was not written as safetensors.',
  'safetensors-layout': 'The file is damaged, or was not written as safetensors.',
  // Writing
  'bad-input': 'Correct what is to be saved.',
} as const satisfies Record<string, string>;

export type CheckpointErrorCode = keyof typeof CHECKPOINT_HINTS;

export interface CheckpointErrorDetails {
  readonly file: string;
  /** Position in bytes from the beginning of `file`, where the problem has one. */
  readonly offset?: number | undefined;
  readonly found?: string;
  readonly expected?: string;
  readonly hint?: string;
}

/** A file of tensors that cannot be read or written: what, where, what was found and expected, and the way out. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly file: string;
  readonly offset: number | undefined;
  readonly found: string | undefined;
  readonly expected: string | undefined;
  readonly hint: string;

  constructor(
    readonly code: CheckpointErrorCode,
    /** What is wrong, without the place and the hint. */
    readonly problem: string,
    details: CheckpointErrorDetails,
    options?: ErrorOptions,
  ) {
    const hint = details.hint ?? CHECKPOINT_HINTS[code];
    const where = details.offset === undefined ? details.file : `${details.file} at byte ${details.offset}`;
    const compared = [
      ...(details.found === undefined ? [] : [`found ${details.found}`]),
      ...(details.expected === undefined ? [] : [`expected ${details.expected}`]),
    ].join(', ');
    super(`${where}: ${problem}${compared && `: ${compared}`}\n  ${hint}`, options);
    this.file = details.file;
    this.offset = details.offset;
    this.found = details.found;
    this.expected = details.expected;
    this.hint = hint;
  }
}

/** Text from a file as it may be shown: control characters escaped, shortened to `limit` characters. */
export function quote(text: string, limit = 80): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text);
}

import { openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import { CheckpointError } from '../../runtime/formats/errors.ts';
import {
  bytes,
  dict,
  floats,
  int,
  legacy,
  pickle,
  SIX,
  safetensors,
  tensor,
  text,
  torchZip,
  tuple,
} from './build.ts';

export interface FuzzReport {
  readonly inputs: number;
  /** Inputs that were read to the end, by their container. */
  readonly accepted: number;
  readonly codes: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

/** A fuzzed input that made the reader throw something else than a CheckpointError. */
export class FuzzFailure extends Error {
  constructor(
    readonly input: Uint8Array,
    readonly index: number,
    cause: unknown,
  ) {
    super(`input ${index} (${Buffer.from(input).toString('base64')})`, { cause });
  }
}

/** Reads as many mutated files as asked for, from memory; the same seed gives the same files. */
export async function fuzz({
  inputs,
  seed,
}: {
  readonly inputs: number;
  readonly seed: number;
}): Promise<FuzzReport> {
  const random = generator(seed);
  const codes = new Map<string, number>();
  let accepted = 0;
  let slowestMs = 0;
  for (let index = 0; index < inputs; index++) {
    const input = mutant(random);
    const start = performance.now();
    try {
      await readSome(input, index % 2 === 0 ? 'ignore' : 'verify');
      accepted++;
    } catch (cause) {
      if (!(cause instanceof CheckpointError)) throw new FuzzFailure(input, index, cause);
      codes.set(cause.code, (codes.get(cause.code) ?? 0) + 1);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  return { inputs, accepted, codes, slowestMs };
}

async function readSome(input: Uint8Array, checksums: 'verify' | 'ignore'): Promise<void> {
  const checkpoint = openCheckpointBytes(input, 'fuzz', { checksums });
  checkpoint.tree();
  for (const { name } of checkpoint.tensors().slice(0, 8)) await checkpoint.read(name, { dtype: 'float32' });
}

type Random = (below: number) => number;

/** Mulberry32: whole numbers from 0 to below `below`. */
function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const PICKLES: readonly Buffer[] = [
  pickle(tensor()),
  pickle(
    dict({ a: tensor(), b: bytes('](', int(1), text('x'), tensor({ size: [3, 2], stride: [1, 3] }), 'e') }),
  ),
  pickle(
    dict({
      state: bytes('ccollections\nOrderedDict\n)R(', text('w'), tensor({ size: [4], stride: [0] }), 'u}b'),
      args: bytes('cargparse\nNamespace\n)\x81', dict({ lr: bytes('G\x3f\xf0\0\0\0\0\0\0') }), 'b'),
      parameter: bytes(
        'ctorch._utils\n_rebuild_parameter\n',
        tuple(tensor(), bytes('\x88'), bytes(')')),
        'R',
      ),
    }),
  ),
  bytes('\x80\x04\x95\x14\0\0\0\0\0\0\0]\x94(\x8c\x01a\x94K\x01\x8a\x02\xff\x7fM\x01\x02h\x01e.'),
];

const HEADER = {
  __metadata__: { format: 'pt' },
  a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
  b: { dtype: 'F16', shape: [4], data_offsets: [16, 24] },
};

/** What readers are most likely to get wrong. */
const VALUES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Instructions of pickles, so that mutated pickles often go on. */
const INSTRUCTIONS = Buffer.from(
  '.()]}NaeusthqRbQcKMJGX012\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94\x95',
  'latin1',
);

/** A valid file with mutations in its pickle, its header or anywhere; checksums are right half of the time. */
function mutant(random: Random): Uint8Array {
  const inside = random(3) > 0;
  const main = PICKLES[random(PICKLES.length)] as Buffer;
  const content = inside ? mutate(main, random) : main;
  const file = container(content, random, inside);
  return inside ? file : mutate(file, random);
}

function container(content: Buffer, random: Random, inside: boolean): Buffer {
  switch (random(4)) {
    case 0:
      return torchZip(content);
    case 1:
      return torchZip(content, [{ name: 'a/data/0', data: SIX, deflate: true, described: true }]);
    case 2:
      return legacy(content);
    default: {
      const header = Buffer.from(JSON.stringify(HEADER));
      return safetensors((inside ? mutate(header, random) : header).toString(), floats(1, 2, 3, 4, 5, 6));
    }
  }
}

function mutate(valid: Buffer, random: Random): Buffer {
  let file = Buffer.from(valid);
  for (let count = 1 + random(1 + random(4)); count > 0 && file.length > 0; count--) {
    const at = random(file.length);
    const length = 1 + random(Math.min(16, file.length - at));
    switch (random(8)) {
      case 0:
        file[at] = (file[at] as number) ^ (1 << random(8));
        break;
      case 1:
        file[at] = random(256);
        break;
      case 2:
        file[at] = INSTRUCTIONS[random(INSTRUCTIONS.length)] as number;
        break;
      case 3:
        if (at + 4 <= file.length) file.writeUInt32LE(VALUES[random(VALUES.length)] as number, at);
        break;
      case 4:
        file = Buffer.concat([file.subarray(0, at), file.subarray(at + length)]);
        break;
      case 5:
        file = Buffer.concat([file.subarray(0, at + length), file.subarray(at)]);
        break;
      case 6:
        file = Buffer.concat([
          file.subarray(0, at),
          INSTRUCTIONS.subarray(random(8), 8 + random(8)),
          file.subarray(at),
        ]);
        break;
      default:
        if (random(8) === 0) file = file.subarray(0, at);
        else file.copyWithin(at, random(file.length), Math.min(file.length, at + length));
    }
  }
  return file;
}

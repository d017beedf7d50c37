import {
  bytes,
  dict,
  int,
  legacy,
  pickle,
  storage,
  tensor,
  text,
  torchZip,
  tuple,
  u32,
  u64,
} from './build.ts';
import type { HostileCase } from './corpus.ts';

const COMMAND = text('touch /tmp/hacked');

/** Pickles that run something when Python loads them, one for each way to do so. */
const CALLS: readonly [name: string, instructions: Buffer, code?: HostileCase['code']][] = [
  ['os.system by REDUCE', bytes('cos\nsystem\n', tuple(COMMAND), 'R')],
  ['posix.system by REDUCE', bytes('cposix\nsystem\n', tuple(COMMAND), 'R')],
  ['builtins.eval by REDUCE', bytes('cbuiltins\neval\n', tuple(text('1+1')), 'R')],
  ['__builtin__.exec by REDUCE', bytes('c__builtin__\nexec\n', tuple(text('x=1')), 'R')],
  ['getattr by REDUCE', bytes('cbuiltins\ngetattr\n', tuple(bytes('cos\nsystem\n'), text('x')), 'R')],
  ['subprocess.Popen by NEWOBJ', bytes('csubprocess\nPopen\n', tuple(COMMAND), '\x81')],
  ['subprocess.Popen by NEWOBJ_EX', bytes('csubprocess\nPopen\n', tuple(COMMAND), '}\x92')],
  ['keywords by NEWOBJ_EX', bytes('cargparse\nNamespace\n)', dict({ a: int(1) }), '\x92')],
  ['os.system by STACK_GLOBAL', bytes('\x8c\x02os\x8c\x06system\x93', tuple(COMMAND), 'R')],
  ['os.system by a dotted name', bytes('\x8c\x08builtins\x8c\x0dos.system.run\x93', tuple(COMMAND), 'R')],
  ['os.system by INST', bytes('(', COMMAND, 'ios\nsystem\n'), 'forbidden-opcode'],
  ['os.system by OBJ', bytes('(cos\nsystem\n', COMMAND, 'o'), 'forbidden-opcode'],
  ['extension by EXT1', bytes('\x82\x01'), 'forbidden-opcode'],
  ['extension by EXT2', bytes('\x83\x01\x00'), 'forbidden-opcode'],
  ['extension by EXT4', bytes('\x84', u32(1)), 'forbidden-opcode'],
  ['text persistent id', bytes('Pstorage\n'), 'forbidden-opcode'],
  ['buffer from outside', bytes('\x97'), 'forbidden-opcode'],
  ['class changed by BUILD', bytes('ctorch.nn.modules\nModule\n', dict({ forward: int(1) }), 'b')],
  ['list changed by BUILD', bytes(']', dict({ append: int(1) }), 'b')],
  ['tensor changed by BUILD', bytes(tensor(), dict({ data: int(1) }), 'b')],
  ['call of a text', bytes(COMMAND, ')R')],
  ['call of an object', bytes('cargparse\nNamespace\n)\x81)R')],
  [
    'reconstruction of an unknown class',
    bytes(
      'ccopy_reg\n_reconstructor\n',
      tuple(bytes('cos\nPathLike\n'), bytes('c__builtin__\nobject\n'), bytes('N')),
      'R',
    ),
  ],
  ['reconstruction of no class', bytes('ccopyreg\n_reconstructor\n', tuple(COMMAND), 'R')],
  [
    'a function that rebuilds by another',
    bytes(
      'ctorch._tensor\n_rebuild_from_type_v2\n',
      tuple(bytes('cos\nsystem\n'), bytes('ctorch\nTensor\n'), tuple(COMMAND), bytes('N')),
      'R',
    ),
  ],
  [
    'a pickle within the pickle',
    bytes('ctorch.storage\n_load_from_bytes\n', tuple(bytes('C\x01.')), 'R'),
    'unsupported-tensor',
  ],
  ['codec with side effects', bytes('c_codecs\nencode\n', tuple(COMMAND, text('zlib')), 'R')],
  ['a class that only looks known', bytes('cargparse.Namespace\n__init__\n)R')],
  ['a method of a known class', bytes('ccollections\nOrderedDict.fromkeys\n)R')],
  ['a name of Object.prototype', bytes('c\nconstructor\n)R')],
  ['another name of Object.prototype', bytes('ctorch\n__proto__\n)R')],
];

const NESTED = 200_000;

/** Pickles that are malformed, or that try to make their reader work or allocate more than they are worth. */
const MALFORMED: readonly [name: string, file: Buffer, code: HostileCase['code']][] = [
  ['billion laughs', pickle(laughs(30, ')')), 'too-many-values'],
  ['billion laughs with tensors', pickle(laughs(30, tensor())), 'too-many-values'],
  ['quadratic copies', pickle(copies()), 'too-many-values'],
  ['nested lists', pickle(']'.repeat(NESTED), 'a'.repeat(NESTED - 1)), 'too-deep'],
  ['nested tuples', pickle(')', '\x85'.repeat(NESTED)), 'too-deep'],
  ['nested marks', pickle('('.repeat(NESTED)), 'bad-pickle'],
  ['a list that contains itself', pickle(']q\x00h\x00a'), 'cyclic'],
  ['a dict that contains itself', pickle('}q\x00', text('a'), 'h\x00s'), 'cyclic'],
  ['LONG4 of 2 GB', pickle('\x8b', u32(0x7fffffff)), 'too-large'],
  ['LONG4 of negative length', pickle('\x8b', u32(0xffffffff)), 'too-large'],
  ['BINUNICODE of 4 GB', pickle('X', u32(0xfffffff0), 'abc'), 'truncated'],
  ['BINUNICODE8 of 2^63 bytes', pickle('\x8d', u64(1n << 63n), 'abc'), 'truncated'],
  ['BINBYTES8 of 2^64 bytes', pickle('\x8e', u64(-1n), 'abc'), 'truncated'],
  ['BYTEARRAY8 of 2^50 bytes', pickle('\x96', u64(1n << 50n), 'abc'), 'truncated'],
  ['BINSTRING of negative length', pickle('T', u32(0xffffffff), 'abc'), 'bad-pickle'],
  ['FRAME of 2^64 bytes', pickle('\x95', u64(-1n)), 'truncated'],
  ['memo index 2^32', pickle('Nr', u32(0xffffffff), 'j', u32(0xfffffffe)), 'bad-pickle'],
  ['text that is not UTF-8', pickle('X', u32(2), '\xc3\x28'), 'bad-pickle'],
  ['name without end', pickle('c', 'a'.repeat(4000)), 'bad-pickle'],
  ['name at the end', bytes('\x80\x02cos'), 'truncated'],
  ['long name', pickle(text('a'.repeat(300)), text('b'.repeat(300)), '\x93'), 'bad-pickle'],
  ['name of numbers', pickle('K\x01K\x02\x93'), 'bad-pickle'],
  ['protocol 6', bytes('\x80\x06N.'), 'bad-pickle'],
  ['unknown instruction', pickle('\xff'), 'bad-pickle'],
  ['text instruction of protocol 0', pickle('I1\n'), 'forbidden-opcode'],
  ['nothing on the stack', pickle('0'), 'bad-pickle'],
  ['values left over', pickle('NN'), 'bad-pickle'],
  ['tuple without a mark', pickle('Nt'), 'bad-pickle'],
  ['append to nothing', pickle('Na'), 'bad-pickle'],
  ['append to a text', pickle(text('x'), 'Na'), 'bad-pickle'],
  ['items of a list', pickle(']NNs'), 'bad-pickle'],
  ['a key without value', pickle('}(Nu'), 'bad-pickle'],
  ['a list as key', pickle('}]Ns'), 'bad-pickle'],
  ['arguments that are no tuple', pickle('ccollections\nOrderedDict\n]R'), 'bad-pickle'],
  ['OrderedDict of a number', pickle('ccollections\nOrderedDict\n', tuple(int(1)), 'R'), 'forbidden-call'],
  [
    'OrderedDict of odd pairs',
    pickle('ccollections\nOrderedDict\n', tuple(bytes(']K\x01a')), 'R'),
    'bad-pickle',
  ],
  ['keys that look alike', pickle('}(K\x01', tensor(), text('1'), tensor(), 'u'), 'duplicate-name'],
  ['a name of 2,000 characters', pickle(dict({ ['n'.repeat(2000)]: tensor() })), 'too-large'],
];

export function pickleCases(): HostileCase[] {
  return [
    ...CALLS.map(
      ([name, instructions, code = 'forbidden-call']): HostileCase => ({
        name: `pickle: ${name}`,
        bytes: torchZip(pickle(instructions)),
        code,
      }),
    ),
    ...CALLS.slice(0, 1).map(
      ([name, instructions, code = 'forbidden-call']): HostileCase => ({
        name: `legacy pickle: ${name}`,
        bytes: legacy(pickle(dict({ a: instructions }))),
        code,
      }),
    ),
    ...MALFORMED.map(
      ([name, file, code]): HostileCase => ({ name: `pickle: ${name}`, bytes: torchZip(file), code }),
    ),
    {
      name: 'pickle: a call before the magic number',
      bytes: pickle('cos\nsystem\n', tuple(COMMAND), 'R'),
      code: 'forbidden-call',
    },
    {
      name: 'pickle: a storage before the magic number',
      bytes: pickle(storage()),
      code: 'forbidden-opcode',
    },
    { name: 'pickle: no checkpoint', bytes: pickle(dict({ a: int(1) })), code: 'unknown-format' },
  ];
}

/** A list of ten times a list of ten times … `leaf`. */
function laughs(levels: number, leaf: string | Buffer): Buffer {
  const level = (i: number) =>
    bytes('](', ...Array.from({ length: 10 }, () => bytes('h', i)), 'eq', i + 1, '0');
  return bytes(leaf, 'q\x000', ...Array.from({ length: levels }, (_, i) => level(i)), 'h', levels);
}

/** A list of 1,000 pairs from which 1,000 dicts are made. */
function copies(): Buffer {
  const pairs = bytes('](', ...Array.from({ length: 1000 }, (_, i) => tuple(int(i), int(i))), 'e\x85q\x000');
  return bytes(pairs, '](', ...Array.from({ length: 1000 }, () => 'ccollections\nOrderedDict\nh\x00R'), 'e');
}

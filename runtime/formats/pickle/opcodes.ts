import { PICKLE_LIMITS } from './limits.ts';
import type { Instructions, PickleMachine } from './machine.ts';
import { describe, type PickleValue, PyDict, PyGlobal, PyList, PyObject, PyTuple } from './values.ts';

type Instruction = (machine: PickleMachine) => void;

/**
 * The instructions of pickle protocols 2 to 5 that torch.save writes, in Python 2 or 3 (pickletools.py documents
 * them). A text names an instruction that is refused: the text forms of protocol 0, in which torch.save cannot write
 * (its persistent ids are tuples), the registry of extensions, the instructions that make instances of old classes,
 * and buffers from outside the pickle.
 */
export const OPCODES: Instructions = table({
  // Framing
  128: (m) => {
    const version = m.cursor.u8();
    if (version > 5) throw m.broken(`there is no pickle protocol ${version}`);
  },
  149: (m) => {
    const length = m.cursor.u64();
    if (length > m.cursor.remaining) {
      throw m.error('truncated', 'a frame is longer than the data', {
        found: `${m.cursor.remaining} bytes`,
        expected: `${length}`,
      });
    }
  },
  '.': (m) => {
    m.finished = true;
  },
  // Constants and numbers
  N: (m) => m.push(null),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  J: (m) => m.push(m.cursor.i32()),
  K: (m) => m.push(m.cursor.u8()),
  M: (m) => m.push(m.cursor.u16()),
  G: (m) => m.push(m.cursor.f64BigEndian()),
  138: (m) => m.push(integer(m, m.cursor.u8())),
  139: (m) => m.push(integer(m, m.cursor.i32())),
  // Texts and bytes
  X: (m) => m.push(text(m, m.cursor.u32())),
  140: (m) => m.push(text(m, m.cursor.u8())),
  141: (m) => m.push(text(m, m.cursor.u64())),
  U: (m) => m.push(oldText(m, m.cursor.u8())),
  T: (m) => m.push(oldText(m, m.cursor.i32())),
  B: (m) => m.push(bytes(m, m.cursor.u32()).slice()),
  C: (m) => m.push(bytes(m, m.cursor.u8()).slice()),
  142: (m) => m.push(bytes(m, m.cursor.u64()).slice()),
  150: (m) => m.push(bytes(m, m.cursor.u64()).slice()),
  // Containers
  ')': (m) => m.push(EMPTY_TUPLE),
  t: (m) => m.push(new PyTuple(m.popMark())),
  133: (m) => m.push(new PyTuple(m.popMany(1))),
  134: (m) => m.push(new PyTuple(m.popMany(2))),
  135: (m) => m.push(new PyTuple(m.popMany(3))),
  ']': (m) => m.push(new PyList()),
  a: (m) => {
    const item = m.pop();
    append(m, [item]);
  },
  e: (m) => append(m, m.popMark()),
  '}': (m) => m.push(new PyDict(false)),
  s: (m) => setItems(m, m.popMany(2)),
  u: (m) => setItems(m, m.popMark()),
  143: (m) => m.push(new PyObject(BUILTIN_SET, EMPTY_TUPLE)),
  144: (m) => append(m, m.popMark()),
  145: (m) => m.push(new PyObject(BUILTIN_FROZENSET, new PyTuple(m.popMark()))),
  // The stack and the memo
  '(': (m) => m.marks.push(m.stack.length),
  '0': (m) => {
    if (m.marks.at(-1) === m.stack.length) m.marks.pop();
    else m.pop();
  },
  '1': (m) => void m.popMark(),
  '2': (m) => m.push(m.top()),
  h: (m) => m.recall(m.cursor.u8()),
  j: (m) => m.recall(m.cursor.u32()),
  q: (m) => m.remember(m.cursor.u8()),
  r: (m) => m.remember(m.cursor.u32()),
  148: (m) => m.remember(m.memo.size),
  // Names, and what is made by calling them: see calls.ts
  c: (m) => {
    const module = name(m, m.cursor.line(PICKLE_LIMITS.nameBytes));
    m.push(m.global(module, name(m, m.cursor.line(PICKLE_LIMITS.nameBytes))));
  },
  147: (m) => {
    const [module, attribute] = m.popMany(2);
    if (typeof module !== 'string' || typeof attribute !== 'string') {
      throw m.broken(`${describe(module)} and ${describe(attribute)} are given as a name`);
    }
    if (module.length + attribute.length > PICKLE_LIMITS.nameBytes) throw m.broken('a name is too long');
    m.push(m.global(module, attribute));
  },
  R: (m) => {
    const args = m.pop();
    const callee = m.pop();
    m.push(m.call(callee, args));
  },
  129: (m) => {
    const args = m.pop();
    const callee = m.pop();
    m.push(m.call(callee, args));
  },
  146: (m) => {
    const keywords = m.pop();
    const args = m.pop();
    const callee = m.pop();
    if (!(keywords instanceof PyDict) || keywords.entries.size > 0) throw m.forbidden(callee);
    m.push(m.call(callee, args));
  },
  b: build,
  Q: (m) => {
    const id = m.pop();
    if (!m.hooks.persistent)
      throw m.error('forbidden-opcode', 'the pickle refers to a storage where none can be');
    m.push(m.hooks.persistent(id, m));
  },
  // Refused
  I: 'INT',
  L: 'LONG',
  F: 'FLOAT',
  S: 'STRING',
  V: 'UNICODE',
  d: 'DICT',
  l: 'LIST',
  g: 'GET',
  p: 'PUT',
  P: 'PERSID',
  i: 'INST',
  o: 'OBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
});

/** Digits are codes, except that the instructions "0", "1" and "2" are characters too. */
function table(instructions: Readonly<Record<string | number, Instruction | string>>): Instructions {
  const byCode: (Instruction | string | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const [key, instruction] of Object.entries(instructions)) {
    byCode[key.length === 1 ? key.charCodeAt(0) : Number(key)] = instruction;
  }
  return byCode;
}

const EMPTY_TUPLE = new PyTuple([]);
const BUILTIN_SET = new PyGlobal('builtins', 'set');
const BUILTIN_FROZENSET = new PyGlobal('builtins', 'frozenset');

function bytes(m: PickleMachine, length: number): Uint8Array {
  if (length < 0) throw m.broken(`a text has the length ${length}`);
  if (length > m.cursor.remaining) {
    throw m.error('truncated', 'a text is longer than the data', {
      found: `${m.cursor.remaining} more bytes`,
      expected: `${length}`,
    });
  }
  if (length > PICKLE_LIMITS.textBytes) {
    throw m.error('too-large', `a text has ${length} bytes`, {
      expected: `at most ${PICKLE_LIMITS.textBytes}`,
    });
  }
  return m.cursor.bytes(length);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

function text(m: PickleMachine, length: number): string {
  const encoded = bytes(m, length);
  try {
    return utf8.decode(encoded);
  } catch {
    throw m.broken('a text is not UTF-8');
  }
}

/** A text of Python 2, which does not say how it is encoded. */
function oldText(m: PickleMachine, length: number): string {
  const encoded = bytes(m, length);
  try {
    return utf8.decode(encoded);
  } catch {
    return latin1.decode(encoded);
  }
}

function name(m: PickleMachine, encoded: Uint8Array): string {
  try {
    return utf8.decode(encoded);
  } catch {
    throw m.broken('a name is not UTF-8');
  }
}

/** A little-endian two's complement integer: a number where that is exact. */
function integer(m: PickleMachine, length: number): number | bigint {
  if (length < 0 || length > PICKLE_LIMITS.integerBytes) {
    throw m.error('too-large', `an integer has ${length} bytes`, {
      expected: `at most ${PICKLE_LIMITS.integerBytes}`,
    });
  }
  if (length === 0) return 0;
  const encoded = m.cursor.bytes(length);
  const hex = Buffer.from(encoded).reverse().toString('hex');
  const value = BigInt.asIntN(8 * length, BigInt(`0x${hex}`));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function append(m: PickleMachine, items: PickleValue[]): void {
  let target = m.top();
  if (target instanceof PyObject) {
    target.list ??= new PyList();
    target = target.list;
  }
  if (!(target instanceof PyList)) throw m.broken(`items are added to ${describe(target)}`);
  target.add(items);
}

function setItems(m: PickleMachine, items: readonly PickleValue[]): void {
  let target = m.top();
  if (target instanceof PyObject) {
    target.dict ??= new PyDict(false);
    target = target.dict;
  }
  if (!(target instanceof PyDict)) throw m.broken(`items are set in ${describe(target)}`);
  if (items.length % 2 === 1) throw m.broken('a key has no value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i] as PickleValue;
    if (key instanceof PyDict || key instanceof PyList) throw m.broken(`${describe(key)} is used as a key`);
    target.set(key, items[i + 1] as PickleValue);
  }
}

/**
 * Gives a new object its state. An OrderedDict's attributes are ignored (torch keeps version numbers there), an
 * unknown object keeps its state to look at; nothing else may be changed.
 */
function build(m: PickleMachine): void {
  const state = m.pop();
  const target = m.top();
  if (target instanceof PyObject) target.state = state;
  else if (!(target instanceof PyDict) || !target.ordered) throw m.forbidden(target);
}

import { DTYPE_BYTES, type DType } from '../dtypes.ts';
import { CheckpointError, type CheckpointErrorCode, quote } from '../errors.ts';
import { elementCount } from '../tensor-view.ts';

/** Names of element types in safetensors. */
export const SAFETENSORS_DTYPES = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
  C64: 'complex64',
} as const satisfies Record<string, DType>;

/** A tensor as the header describes it; positions in bytes from the end of the header. */
export interface HeaderTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, HeaderTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a header: a JSON object of exactly the form that safetensors defines, each key once. `offset` is the
 * header's position in `file`, for errors.
 */
export function parseHeader(text: string, file: string, offset: number): SafetensorsHeader {
  return new HeaderParser(text, file, offset).header();
}

const SPACE = new Set([' ', '\t', '\r', '\n']);
const DIGITS = /[0-9]+/y;

const LONGEST_TOKEN = 1 << 16;

class HeaderParser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly offset: number,
  ) {}

  header(): SafetensorsHeader {
    const tensors = new Map<string, HeaderTensor>();
    let metadata: Map<string, string> | undefined;
    this.object((name, again) => {
      if (name !== '__metadata__') {
        if (tensors.has(name)) throw again();
        tensors.set(name, this.tensor(name));
        return;
      }
      if (metadata) throw again();
      const texts = new Map<string, string>();
      metadata = texts;
      this.object((key, twice) => {
        if (texts.has(key)) throw twice();
        texts.set(key, this.string());
      });
    });
    if (this.next() !== '') throw this.error('safetensors-header', 'the header goes on after its end');
    return { tensors, metadata: metadata ?? new Map() };
  }

  private tensor(name: string): HeaderTensor {
    const start = this.at;
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.object((key, again) => {
      if (key === 'dtype') {
        if (dtype !== undefined) throw again();
        dtype = this.string();
      } else if (key === 'shape') {
        if (shape) throw again();
        shape = this.numbers();
      } else if (key === 'data_offsets') {
        if (offsets) throw again();
        offsets = this.numbers();
      } else {
        throw this.error('safetensors-header', `the tensor ${quote(name)} has a field ${quote(key)}`);
      }
    });
    const [begin, end, ...more] = offsets ?? [];
    if (!dtype || !shape || begin === undefined || end === undefined || more.length > 0) {
      const expected = 'dtype, shape and two data_offsets';
      throw this.error('safetensors-header', `the tensor ${quote(name)} is incomplete`, { expected }, start);
    }
    if (!Object.hasOwn(SAFETENSORS_DTYPES, dtype)) {
      const problem = `the tensor ${quote(name)} has a dtype that is not read`;
      throw this.error('unsupported-dtype', problem, { found: quote(dtype) }, start);
    }
    const known = SAFETENSORS_DTYPES[dtype as keyof typeof SAFETENSORS_DTYPES];
    const bytes = elementCount(shape) * DTYPE_BYTES[known];
    if (!(bytes === end - begin) || shape.length > 64) {
      throw this.error(
        'safetensors-layout',
        `the tensor ${quote(name)} has a size that its shape does not explain`,
        { found: `${end - begin} bytes`, expected: `${bytes} for ${dtype} [${shape.slice(0, 64)}]` },
        start,
      );
    }
    return { dtype: known, shape, begin, end };
  }

  /** Reads an object; `member` reads the value of a key, or throws `again()` for one that it has seen. */
  private object(member: (key: string, again: () => CheckpointError) => void): void {
    this.expect('{');
    let token = this.next();
    if (token === '}') return;
    while (true) {
      const start = this.at;
      if (!token.startsWith('"')) throw this.error('safetensors-header', 'a key is missing');
      const key = this.decode(token);
      this.expect(':');
      member(key, () => this.error('safetensors-header', `the key ${quote(key)} appears twice`, {}, start));
      const separator = this.next();
      if (separator === '}') return;
      if (separator !== ',') throw this.error('safetensors-header', 'an object does not end');
      token = this.next();
    }
  }

  private numbers(): number[] {
    this.expect('[');
    const values: number[] = [];
    let token = this.next();
    if (token === ']') return values;
    while (true) {
      const value = /^(?:0|[1-9][0-9]*)$/.test(token) ? Number(token) : Number.NaN;
      if (!Number.isSafeInteger(value)) {
        throw this.error('safetensors-header', 'a size is no whole number from 0', { found: quote(token) });
      }
      values.push(value);
      const separator = this.next();
      if (separator === ']') return values;
      if (separator !== ',') throw this.error('safetensors-header', 'a list does not end');
      token = this.next();
    }
  }

  private string(): string {
    const token = this.next();
    if (token.startsWith('"')) return this.decode(token);
    throw this.error('safetensors-header', 'a text is missing', { found: quote(token) });
  }

  private decode(token: string): string {
    try {
      return JSON.parse(token) as string;
    } catch {
      throw this.error('safetensors-header', 'a text is not valid', { found: quote(token) });
    }
  }

  private expect(token: string): void {
    const found = this.next();
    if (found === token) return;
    throw this.error('safetensors-header', 'the header is not of the right form', {
      found: found ? quote(found) : 'its end',
      expected: quote(token),
    });
  }

  /** The next token: punctuation, digits, or a text with its quotes; '' at the end. */
  private next(): string {
    while (SPACE.has(this.text[this.at] ?? '')) this.at++;
    const first = this.text[this.at] ?? '';
    if (first === '"') return this.quoted();
    DIGITS.lastIndex = this.at;
    const token = DIGITS.exec(this.text)?.[0] ?? first;
    this.at += token.length;
    return token;
  }

  private quoted(): string {
    const start = this.at;
    let end = start;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0 || end - start > LONGEST_TOKEN) {
        throw this.error('safetensors-header', 'a text does not end, or is too long');
      }
    } while (this.isEscaped(end));
    this.at = end + 1;
    return this.text.slice(start, this.at);
  }

  /** Whether an odd number of backslashes stands before a position. */
  private isEscaped(at: number): boolean {
    let count = 0;
    while (this.text[at - 1 - count] === '\\') count++;
    return count % 2 === 1;
  }

  private error(
    code: CheckpointErrorCode,
    problem: string,
    details: { readonly found?: string; readonly expected?: string } = {},
    at = this.at,
  ): CheckpointError {
    const offset = this.offset + Buffer.byteLength(this.text.slice(0, at));
    return new CheckpointError(code, problem, { file: this.file, offset, ...details });
  }
}

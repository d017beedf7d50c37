/** Builds a pickle of protocol 2, instruction by instruction. */
export class PickleWriter {
  private readonly parts: Buffer[] = [Buffer.from([0x80, 2])];

  private op(code: string, ...bytes: readonly Buffer[]): this {
    this.parts.push(Buffer.from(code, 'latin1'), ...bytes);
    return this;
  }

  none(): this {
    return this.op('N');
  }

  boolean(value: boolean): this {
    return this.op(value ? '\x88' : '\x89');
  }

  /** An int where the number is whole (and not -0), else a float. */
  number(value: number): this {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return this.integer(BigInt(value));
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return this.op('G', bytes);
  }

  integer(value: bigint): this {
    if (value === BigInt.asIntN(32, value)) {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(Number(value));
      return this.op('J', bytes);
    }
    let length = 5;
    while (BigInt.asIntN(8 * length, value) !== value) length++;
    if (length > 255) throw new RangeError(`an integer of ${length} bytes is too large for a checkpoint`);
    const hex = BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0');
    return this.op('\x8a', Buffer.from([length]), Buffer.from(hex, 'hex').reverse());
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return this.op('X', length, bytes);
  }

  /** A class or function, by module and name. */
  global(module: string, attribute: string): this {
    return this.op('c', Buffer.from(`${module}\n${attribute}\n`));
  }

  /** Calls what was written before, with what `args` writes. */
  call(args: () => void): this {
    return this.tuple(args).op('R');
  }

  tuple(items: () => void): this {
    this.op('(');
    items();
    return this.op('t');
  }

  list(items: () => void): this {
    this.op('](');
    items();
    return this.op('e');
  }

  dict(keysAndValues: () => void): this {
    this.op('}(');
    keysAndValues();
    return this.op('u');
  }

  orderedDict(keysAndValues: () => void): this {
    this.global('collections', 'OrderedDict').op(')R(');
    keysAndValues();
    return this.op('u');
  }

  /** Makes a persistent id of what was written before. */
  persistentId(): this {
    return this.op('Q');
  }

  finish(): Buffer {
    return Buffer.concat([...this.parts, Buffer.from('.')]);
  }
}

import type { CheckpointError, CheckpointErrorCode, CheckpointErrorDetails } from './errors.ts';
import { type ByteSource, sourceError } from './source.ts';

const WINDOW = 1 << 14;

/** Reads a part of a source from front to back through a window, never more than the part holds. */
export class ByteCursor {
  private window = new Uint8Array(0);
  private view = new DataView(this.window.buffer);
  /** Position in the source of the window's first byte. */
  private windowStart: number;
  private at = 0;

  constructor(
    private readonly source: ByteSource,
    start: number,
    private readonly end: number,
  ) {
    this.windowStart = start;
  }

  /** Position in the source, in bytes. */
  get position(): number {
    return this.windowStart + this.at;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** An error at `offset`, by default at the current position. */
  error(
    code: CheckpointErrorCode,
    problem: string,
    details: Omit<CheckpointErrorDetails, 'file'> = {},
  ): CheckpointError {
    return sourceError(this.source, code, problem, { offset: this.position, ...details });
  }

  u8(): number {
    if (this.at === this.window.length) this.fill(1);
    return this.window[this.at++] as number;
  }

  u16(): number {
    const at = this.take(2);
    return this.view.getUint16(at, true);
  }

  i32(): number {
    const at = this.take(4);
    return this.view.getInt32(at, true);
  }

  u32(): number {
    const at = this.take(4);
    return this.view.getUint32(at, true);
  }

  /** Big-endian, as pickles store floats. */
  f64BigEndian(): number {
    const at = this.take(8);
    return this.view.getFloat64(at, false);
  }

  /** An unsigned 64-bit number; above 2^53 it is not exact, and larger than any file. */
  u64(): number {
    const at = this.take(8);
    return Number(this.view.getBigUint64(at, true));
  }

  /** A signed 64-bit number. */
  i64(): bigint {
    const at = this.take(8);
    return this.view.getBigInt64(at, true);
  }

  /** The next bytes, valid until the next call. */
  bytes(length: number): Uint8Array {
    const start = this.take(length);
    return this.window.subarray(start, start + length);
  }

  /** The bytes before the next line feed, which is consumed; at most `limit` of them. */
  line(limit: number): Uint8Array {
    const reach = Math.min(limit + 1, this.remaining);
    this.require(reach);
    const length = this.window.subarray(this.at, this.at + reach).indexOf(0x0a);
    if (length < 0) {
      if (reach > limit) throw this.error('bad-pickle', `a line is longer than ${limit} bytes`);
      throw this.error('truncated', 'the data end within a line');
    }
    const line = this.bytes(length);
    this.at++;
    return line;
  }

  skip(length: number): void {
    if (length > this.remaining) throw this.short(length);
    if (length <= this.window.length - this.at) {
      this.at += length;
      return;
    }
    this.windowStart = this.position + length;
    this.at = 0;
    this.use(new Uint8Array(0));
  }

  private take(length: number): number {
    this.require(length);
    const start = this.at;
    this.at += length;
    return start;
  }

  private require(length: number): void {
    if (this.window.length - this.at < length) this.fill(length);
  }

  /** Moves the window to the current position and reads at least `length` bytes. */
  private fill(length: number): void {
    if (length > this.remaining) throw this.short(length);
    const start = this.position;
    const window = new Uint8Array(Math.min(this.end - start, Math.max(length, WINDOW)));
    this.source.readSync(window, start);
    this.windowStart = start;
    this.at = 0;
    this.use(window);
  }

  private use(window: Uint8Array<ArrayBuffer>): void {
    this.window = window;
    this.view = new DataView(window.buffer);
  }

  private short(length: number): CheckpointError {
    const { remaining } = this;
    return this.error('truncated', 'the data end too early', {
      found: `${remaining} more bytes`,
      expected: `${length}`,
    });
  }
}

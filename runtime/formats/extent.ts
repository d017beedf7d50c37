/** A run of bytes inside a file, read where they are needed: the bytes of a storage. */
export interface Extent {
  readonly bytes: number;
  /** Position in the file, for errors. */
  readonly offset: number;
  /** Fills `target` with the bytes from `from` on; from + target.length is within `bytes`. */
  read(target: Uint8Array, from: number): Promise<void>;
}

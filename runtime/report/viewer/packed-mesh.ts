/** A mesh as the page holds it, as JSON. */
export interface PackedMesh {
  readonly vertices: number;
  /** Three for a triangle. */
  readonly indices: number;
  /** Bytes of an index: 2 or 4. */
  readonly indexBytes: number;
  /** Least x, y, z, and the size of the box around the vertices. */
  readonly low: readonly number[];
  readonly size: readonly number[];
  /**
   * Base64: for each vertex x, y, z, u, v as unsigned and the normal's x, y, z as signed shares of 16 bits, then the
   * indices; all little-endian.
   */
  readonly data: string;
}

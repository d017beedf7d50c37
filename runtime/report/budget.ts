/** What a page needs around something that it holds, and to say that it does not, in bytes. */
const AROUND = 500;

/** Bytes that a page may still grow by, and what did not fit. */
export class Budget {
  private rest: number;
  readonly leftOut: LeftOut[] = [];

  constructor(bytes: number) {
    this.rest = bytes;
  }

  /** Whether something of that size fits; what does is counted, what does not is noted. */
  take(bytes: number, { path, what }: { readonly path: string; readonly what: string }): boolean {
    if (bytes + AROUND <= this.rest) {
      this.rest -= bytes + AROUND;
      return true;
    }
    this.refuse(path, what, 'the page would be too large');
    return false;
  }

  /** Notes something that cannot be shown for another reason. */
  refuse(path: string, what: string, why: string): void {
    this.rest -= AROUND;
    this.leftOut.push({ path, what, why });
  }
}

/** Something that the page names but does not hold. */
export interface LeftOut {
  readonly path: string;
  /** `picture`, `animation` or `shape`. */
  readonly what: string;
  readonly why: string;
}

/** What keeps memory between runs, and can give it back at the cost of preparing anew. */
export interface MemoryHolder {
  /** Bytes of intermediate results at their peak. */
  readonly bytes: number;
  release(): void;
}

export interface SessionMemoryOptions {
  /** Bytes that holders which are not running may keep. */
  readonly idleBytes: number;
  /** A holder that was released and is needed again within so many claims is spared for as long. */
  readonly patience: number;
}

interface Use {
  /** The claim at which it ran last. */
  last: number;
  released: boolean;
  recurring: boolean;
}

/**
 * Sessions keep the memory that their runs took, so that steps of stages that are over would add up. This releases
 * those that ran longest ago. Steps that take turns are released once at most, and then no more while they do.
 */
export class SessionMemory {
  private claims = 0;
  /** The one that ran longest ago first. */
  private readonly uses = new Map<MemoryHolder, Use>();

  constructor(private readonly options: SessionMemoryOptions) {}

  /** To be called before a holder runs. */
  claim(holder: MemoryHolder): void {
    const now = ++this.claims;
    const before = this.uses.get(holder);
    const { patience, idleBytes } = this.options;
    const again = before !== undefined && now - before.last <= patience;
    const recurring = again && (before.released || before.recurring);
    this.uses.delete(holder);
    let idle = 0;
    for (const [other, { released }] of this.uses) if (!released) idle += other.bytes;
    for (const [other, use] of this.uses) {
      if (idle <= idleBytes) break;
      if (use.released || (use.recurring && now - use.last <= patience)) continue;
      other.release();
      use.released = true;
      idle -= other.bytes;
    }
    this.uses.set(holder, { last: now, released: false, recurring });
  }

  /** To be called when a holder is gone. */
  forget(holder: MemoryHolder): void {
    this.uses.delete(holder);
  }
}

/** That of compiled steps on the CPU, where memory is the process's. */
export const sessionMemory = new SessionMemory({ idleBytes: 1e9, patience: 64 });

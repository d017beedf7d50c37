/** What went wrong in an engine, so that a caller can tell a wrong input from a failing device. */
export type EngineErrorCode =
  | 'unknown-engine'
  | 'engine-unavailable'
  | 'unsupported-kernel'
  | 'shape-mismatch'
  | 'reads-while-recording'
  | 'impure-step'
  | 'non-finite'
  | 'out-of-memory'
  | 'provider-failed';

/** An error of the engine: names the operation and the graph node that recorded it, and says the way out. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly details: { readonly node?: string; readonly operation?: string; readonly hint?: string } = {},
    options?: ErrorOptions,
  ) {
    super(details.hint ? `${message}\n  ${details.hint}` : message, options);
  }
}

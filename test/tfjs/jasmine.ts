import { createRequire } from 'node:module';

/** What Jasmine reports about a finished spec or suite. */
export interface JasmineResult {
  readonly id: string;
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded' | 'finished';
  readonly duration: number | null;
  readonly failedExpectations: readonly { readonly message: string }[];
}

/** The parts of a Jasmine reporter that the harness uses. */
export interface JasmineReporter {
  specStarted?(result: JasmineResult): void;
  specDone?(result: JasmineResult): void;
  suiteDone?(result: JasmineResult): void;
  /** All is done; errors that belong to no suite are here. */
  jasmineDone?(result: Pick<JasmineResult, 'failedExpectations'>): void;
}

/** A declared spec. */
export interface JasmineSpec {
  readonly id: string;
  getFullName(): string;
}

interface JasmineEnv {
  configure(options: { random: boolean; specFilter: (spec: JasmineSpec) => boolean }): void;
  addReporter(reporter: JasmineReporter): void;
  execute(): Promise<unknown>;
}

/** A fresh Jasmine whose `describe`, `it`, `expect`… are globals, as tfjs' tests expect. */
export interface Jasmine {
  readonly env: JasmineEnv;
  /** Calls `declare` and returns the specs that it declared. */
  specsOf(declare: () => void): JasmineSpec[];
}

type Declare = (...args: unknown[]) => JasmineSpec;

/** Boots Jasmine; a spec that takes longer than `timeout` milliseconds fails. */
export function bootJasmine(timeout: number): Jasmine {
  const core = createRequire(import.meta.url)('jasmine-core') as {
    boot(reinitialize: boolean): { getEnv(): JasmineEnv; DEFAULT_TIMEOUT_INTERVAL: number };
  };
  const jasmine = core.boot(true);
  jasmine.DEFAULT_TIMEOUT_INTERVAL = timeout;
  const globals = globalThis as unknown as Record<'it' | 'xit' | 'fit', Declare>;
  return {
    env: jasmine.getEnv(),
    specsOf: (declare) => {
      const specs: JasmineSpec[] = [];
      const { it, xit, fit } = globals;
      const collect =
        (original: Declare): Declare =>
        (...args) => {
          const spec = original(...args);
          specs.push(spec);
          return spec;
        };
      // A focused spec upstream would silence all others: it is an ordinary one here.
      Object.assign(globals, { it: collect(it), fit: collect(it), xit: collect(xit) });
      try {
        declare();
      } finally {
        Object.assign(globals, { it, xit, fit });
      }
      return specs;
    },
  };
}

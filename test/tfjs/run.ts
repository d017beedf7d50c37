import { registerProjectGradients, startBackend } from './backends.ts';
import { loadOfficialTests } from './bundle.ts';
import { type Exclusions, matches } from './exclusions.ts';
import { bootJasmine, type Jasmine } from './jasmine.ts';
import { observeEngine } from './observe.ts';
import { type Progress, startProgress } from './progress.ts';
import type { SpecResult, TestResults } from './results.ts';
import { judge, reasonToSkip } from './verdict.ts';

/** What to run. */
export interface RunOptions {
  /** Engine whose backend is tested: `onnx`, `cpu`… */
  readonly backend: string;
  /** Only specs whose `file: full name` has this text, in any case. */
  readonly filter?: string;
  readonly exclusions: (backend: string) => Exclusions;
  /** Progress goes here; nothing is shown where it is absent. */
  readonly stream?: NodeJS.WriteStream;
  /** Called before each spec, for example to see where a crash happens. */
  readonly onSpec?: (name: string) => void;
}

const SPEC_TIMEOUT_MS = 20_000;

/** Runs the operation tests of TensorFlow.js in this process, which should do nothing else with tfjs. */
export async function runOfficialTests(options: RunOptions): Promise<TestResults> {
  const started = performance.now();
  const backend = await startBackend(options.backend);
  const exclusions = options.exclusions(backend);
  const speak = silenceConsole();
  try {
    const jasmine = bootJasmine(SPEC_TIMEOUT_MS);
    const wanted = options.filter?.toLowerCase() ?? '';
    const declared = await declareSpecs(jasmine, backend);
    const chosen = new Map([...declared].filter(([, name]) => name.toLowerCase().includes(wanted)));
    const specs = takeSkipped(chosen, exclusions);
    const progress = options.stream && startProgress(chosen.size, options.stream);
    const suiteErrors = await execute(jasmine, backend, chosen, {
      onSpec: options.onSpec,
      progress,
      exclusions,
      specs,
    });
    const stale = staleExclusions(specs, exclusions, wanted === '');
    return { backend, specs, suiteErrors, stale, seconds: (performance.now() - started) / 1000 };
  } finally {
    speak();
  }
}

/** Declares all official specs for `backend`: id and `file: full name` of each. */
async function declareSpecs(jasmine: Jasmine, backend: string): Promise<Map<string, string>> {
  const tests = await loadOfficialTests();
  tests.registerGradients();
  await registerProjectGradients();
  tests.setEnvironment({ name: backend, backendName: backend, isDataSync: true });
  const names = new Map<string, string>();
  for (const [file, declare] of tests.files) {
    for (const spec of jasmine.specsOf(declare)) {
      names.set(spec.id, `${file}: ${spec.getFullName().replace(` ${backend} {}`, '')}`);
    }
  }
  return names;
}

/** Takes the specs that must not run out of `chosen` and returns their results. */
function takeSkipped(chosen: Map<string, string>, exclusions: Exclusions): SpecResult[] {
  const nothing = { kernels: [], missing: [], dtypes: [], gradient: false, syncRead: false, milliseconds: 0 };
  return [...chosen].flatMap(([id, name]) => {
    const skip = reasonToSkip(name, exclusions);
    if (!skip) return [];
    chosen.delete(id);
    return [{ name, ...nothing, ...skip }];
  });
}

interface Execution {
  readonly exclusions: Exclusions;
  /** Results are added here. */
  readonly specs: SpecResult[];
  readonly progress: Progress | undefined;
  readonly onSpec: ((name: string) => void) | undefined;
}

/** Runs the chosen specs in the order of their declaration; returns the errors of suites. */
async function execute(
  jasmine: Jasmine,
  backend: string,
  chosen: ReadonlyMap<string, string>,
  { exclusions, specs, progress, onSpec }: Execution,
): Promise<string[]> {
  const suiteErrors: string[] = [];
  const observer = observeEngine(backend);
  let seen = observer.begin();
  jasmine.env.configure({ random: false, specFilter: ({ id }) => chosen.has(id) });
  jasmine.env.addReporter({
    specStarted: ({ id }) => {
      onSpec?.(chosen.get(id) ?? id);
      seen = observer.begin();
    },
    specDone: (result) => {
      const name = chosen.get(result.id);
      if (name === undefined) return;
      const spec = judge(name, result, seen, exclusions);
      specs.push(spec);
      progress?.step(spec.status === 'failed');
    },
    suiteDone: ({ fullName, failedExpectations }) => {
      suiteErrors.push(...failedExpectations.map(({ message }) => `${fullName}: ${message}`));
    },
    jasmineDone: ({ failedExpectations }) => {
      suiteErrors.push(...failedExpectations.map(({ message }) => message));
    },
  });
  try {
    await jasmine.env.execute();
  } finally {
    observer.stop();
    progress?.end();
  }
  return suiteErrors;
}

/** The tests, and a second copy of tfjs-core, provoke warnings. Returns a function that ends the silence. */
function silenceConsole(): () => void {
  const { log, info, warn, error } = console;
  const silent = () => undefined;
  Object.assign(console, { log: silent, info: silent, warn: silent, error: silent });
  return () => Object.assign(console, { log, info, warn, error });
}

function staleExclusions(specs: readonly SpecResult[], exclusions: Exclusions, complete: boolean): string[] {
  return exclusions.specs.flatMap(({ pattern }) => {
    const own = specs.filter(({ name }) => matches(pattern, name));
    if (own.length === 0) return complete ? [`${pattern}: no such spec`] : [];
    // some specs share their name: then the exclusion is for the one that fails
    const needed = new Set(own.filter(({ status }) => status !== 'passed').map(({ name }) => name));
    return own.filter(({ name }) => !needed.has(name)).map(({ name }) => `${name}: passes`);
  });
}

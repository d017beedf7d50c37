import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** The suite's environment as tfjs' `jasmine_util` describes it. */
export interface TestEnvironment {
  readonly name: string;
  readonly backendName: string;
  readonly isDataSync: boolean;
}

interface Constraints {
  predicate?: (environment: TestEnvironment) => boolean;
  flags?: Record<string, unknown>;
}

/** The official tests, bundled but not yet declared. */
export interface OfficialTests {
  /** Declares the suites of one file; Jasmine's globals must exist. Keyed by e.g. `ops/abs`, sorted. */
  readonly files: ReadonlyMap<string, () => void>;
  /** Registers the gradients that tfjs-core ships, from the bundled copy. */
  registerGradients(): void;
  /** Declares later suites for this backend only, browser and Chrome suites included. */
  setEnvironment(environment: TestEnvironment): void;
}

interface Bundle {
  files: Record<string, () => void>;
  gradients: () => void;
  setTestEnvs: (environments: TestEnvironment[]) => void;
  constraints: Constraints[];
}

/**
 * Bundles the tests that `@tensorflow/tfjs-core` ships (ES modules that Node takes for CommonJS) and loads them.
 *
 * The bundle brings its own copy of tfjs-core: one for the tests and their internals alike. It meets the copy
 * of the backend under test in tfjs' global engine, kernel registry and gradient registry.
 */
export async function loadOfficialTests(): Promise<OfficialTests> {
  const require = createRequire(import.meta.url);
  const core = dirname(require.resolve('@tensorflow/tfjs-core'));
  const names = testNames(core);
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-tests-'));
  const outfile = join(folder, 'tests.cjs');
  try {
    await build({
      stdin: { contents: entry(names), resolveDir: core, loader: 'js' },
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      mainFields: ['module', 'main'],
      keepNames: true,
      logLevel: 'error',
    });
    return open(require(outfile) as Bundle, names);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function testNames(core: string): string[] {
  return readdirSync(core, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('_test.js'))
    .map((path) => path.replaceAll('\\', '/').slice(0, -'_test.js'.length))
    .sort();
}

function entry(names: readonly string[]): string {
  const files = names.map((name) => `'${name}': () => void require('./${name}_test.js'),`);
  return `
    require('./index.js');
    require('./public/chained_ops/register_all_chained_ops.js');
    const util = require('./jasmine_util.js');
    exports.files = { ${files.join('\n')} };
    exports.gradients = () => void require('./register_all_gradients.js');
    exports.setTestEnvs = util.setTestEnvs;
    exports.constraints = [util.BROWSER_ENVS, util.CHROME_ENVS];`;
}

function open(bundle: Bundle, names: readonly string[]): OfficialTests {
  // jasmine_util asks for unlimited stack traces, which makes every expected error slow.
  Error.stackTraceLimit = 10;
  return {
    files: new Map(names.map((name) => [name, () => bundle.files[name]?.()])),
    registerGradients: bundle.gradients,
    setEnvironment: (environment) => {
      bundle.setTestEnvs([environment]);
      // Some suites of plain operations (depthToSpace) are marked browser-only. Declare them all: what truly
      // needs a browser is named in the exclusions.
      for (const constraint of bundle.constraints) {
        constraint.predicate = () => true;
        delete constraint.flags;
      }
    },
  };
}

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeCoverage } from './coverage.ts';
import { readExclusions } from './exclusions.ts';
import { report } from './report.ts';
import { runOfficialTests } from './run.ts';

const USAGE = `npm run test:tfjs -- [options]
  --backend NAME      engine to test: onnx (default) or cpu
  --filter TEXT       only specs whose "file: full name" has this text
  --json FILE         write every spec's result
  --write-table FILE  write the coverage table (Markdown)
  --strict            stale exclusions fail, too
  --verbose           name each spec before it runs
  --help              show this`;

const EXCLUSIONS = new URL('exclusions.json', import.meta.url);

/** Runs the command and returns its exit status: 0, 1 where tests fail, 2 where it could not run. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'onnx' },
      filter: { type: 'string' },
      json: { type: 'string' },
      'write-table': { type: 'string' },
      strict: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const results = await runOfficialTests({
    backend: values.backend,
    exclusions: (backend) => readExclusions(EXCLUSIONS, backend),
    ...(values.filter !== undefined && { filter: values.filter }),
    ...(values.verbose
      ? { onSpec: (name: string) => process.stderr.write(`${name}\n`) }
      : { stream: process.stderr }),
  });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
  if (values['write-table'] !== undefined) await writeCoverage(values['write-table'], results);
  const { ok, text } = report(results, { strict: values.strict });
  process.stdout.write(`${text}\n`);
  return ok ? 0 : 1;
}

const status = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  return 2;
});
// Engines may keep worker threads that would hold the process; a pipe must still get all of the report.
process.stdout.write('', () => process.exit(status));

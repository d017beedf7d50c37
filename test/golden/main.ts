// Runs the project's code on fixtures of the reference implementation and compares outputs and gradients:
//   npm run golden -- DIR [--engine onnx|cpu|tensorflow|…] [--only NAME]…
// Exits with 0 where all that ran agrees, 1 where something does not, 2 where the request itself is wrong.
import { runGolden } from './runner.ts';

process.exitCode = await runGolden(process.argv.slice(2), {
  result: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});

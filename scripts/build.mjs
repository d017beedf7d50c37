// Builds what Node cannot run as it stands: the gradients of TensorFlow.js (published as ES modules that Node
// takes for CommonJS), the WebAssembly kernels, and, unless called with --sources, dist/.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => `${root}${path}`;
const run = (script, args) => execFileSync(process.execPath, [at(script), ...args], { cwd: root, stdio: 'inherit' });

await build({
  entryPoints: [at('node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js')],
  outfile: at('runtime/engine/gradients.generated.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});

const assembly = 'runtime/engine/wasm/assembly/index.ts';
const wasm = 'runtime/engine/wasm/kernels.wasm';
if (existsSync(at(assembly))) {
  run('node_modules/assemblyscript/bin/asc.js', [
    assembly, '-o', wasm, '-O3', '--converge', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noAssert',
  ]);
}

if (!process.argv.includes('--sources')) {
  rmSync(at('dist'), { recursive: true, force: true });
  run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  for (const file of ['runtime/engine/gradients.generated.js', wasm]) {
    if (existsSync(at(file))) cpSync(at(file), at(`dist/${file}`));
  }
}

// Builds what Node cannot run as it stands: the gradients of TensorFlow.js (published as ES modules that Node
// takes for CommonJS), the WebAssembly kernels, the viewer of reports, and, unless called with --sources, dist/.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => `${root}${path}`;
const run = (script, args) =>
  execFileSync(process.execPath, [at(script), ...args], { cwd: root, stdio: 'inherit' });

await build({
  entryPoints: [at('node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js')],
  outfile: at('runtime/engine/gradients.generated.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});

// Runs in a browser, inside report.html.
await build({
  entryPoints: [at('runtime/report/viewer/main.ts')],
  outfile: at('runtime/report/viewer.generated.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  logLevel: 'warning',
});

const folder = 'runtime/engine/wasm';
const wasm = ['kernels', 'raster'].map((name) => `${folder}/${name}.wasm`);
const options = [
  '-O3',
  '--converge',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--importMemory',
  '--noAssert',
];
const compile = (entry, target, more = []) =>
  run('node_modules/assemblyscript/bin/asc.js', [
    `${folder}/assembly/${entry}`,
    '-o',
    target,
    ...options,
    ...more,
  ]);
compile('index.ts', wasm[0]);
// 16384 pages are 1 GiB, the most that the rasterizers' memory may grow to (see wasm/raster.ts).
compile('raster.ts', wasm[1], ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '16384']);

if (!process.argv.includes('--sources')) {
  rmSync(at('dist'), { recursive: true, force: true });
  run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  const copied = [
    'runtime/engine/gradients.generated.js',
    'runtime/report/viewer.generated.js',
    'runtime/engine/torch/executor',
    'runtime/report/style.css',
    ...wasm,
  ];
  for (const file of copied) cpSync(at(file), at(`dist/${file}`), { recursive: true });
  // npm makes commands executable when it installs, but not when they are built anew
  chmodSync(at('dist/cli/main.js'), 0o755);
}

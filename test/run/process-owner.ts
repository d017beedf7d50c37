// The owner of a run in a process of its own, to be killed: process-owner.ts FOLDER. Says each pull.
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { runGraph } from '../../runtime/run/index.ts';

const [folder = ''] = process.argv.slice(2);
const set = ['settings.size=24', 'settings.steps=20000'];
const graph = openGraph('graphs/examples/fit-image.json', { registry: await loadRegistry(), set });
runGraph(graph, { folder, engine: 'onnx:cpu', threads: 1, place: 'process' }).subscribe(({ kind }) => {
  if (kind === 'pull') process.stdout.write(`${kind}\n`);
});

import { openGraph, InvalidGraph, renderErrors } from './runtime/graph/index.ts';
import { loadRegistry } from './runtime/registry.ts';
import { runGraph } from './runtime/run/index.ts';
const registry = await loadRegistry();
try {
const graph = openGraph('graphs/examples/fit-image.json', {registry});
const t=performance.now();
runGraph(graph, { folder: `/tmp/runs/${Date.now()}`, engine: 'onnx:cpu', thread: 'same' }).subscribe({ next: (e) => console.log((performance.now()-t).toFixed(0), e.kind === 'run-started' ? e.kind +e.folder: JSON.stringify(e).slice(15, 300)), error: (e) => console.log('ERR', e), complete: () => console.log('done') });
} catch (e) { console.log(e instanceof InvalidGraph ? renderErrors(e.errors) : e); }

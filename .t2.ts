import { toyRegistry, graphOf, regression } from './test/graph/toys.ts';
import { runGraph } from './runtime/run/index.ts';
const registry = await toyRegistry();
const graph = graphOf(registry, { ...regression, schedule: [{ pull: 'opt', times: 2000 }] });
const thread = process.argv[2] as 'same';
const t=performance.now();
runGraph(graph, { folder: `/tmp/runs/${Date.now()}`, engine: 'onnx:cpu', threads: 1, thread, registry: {builtIn: null, nodes: ['test/nodes-toy']} }).subscribe({ next: (e) => console.log((performance.now()-t).toFixed(0), e.kind === 'run-started' ? e.kind : JSON.stringify(e).slice(0, 300)), error: (e) => console.log('ERR', e), complete: () => console.log('done') });

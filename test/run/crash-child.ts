// A run to be killed: crash-child.ts FOLDER PULLS. Goes on where FOLDER is a run already; prints each event's kind.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resumeGraph, runGraph } from '../../runtime/run/index.ts';
import { toyRegistry } from '../graph/toys.ts';
import { everything } from './everything.ts';

const [folder = '', pulls = '200'] = process.argv.slice(2);
const graph = everything(await toyRegistry(), Number(pulls));
const options = { place: 'here', checkpointEvery: 0.03 } as const;
const events = existsSync(join(folder, 'run.json'))
  ? resumeGraph(folder, graph, options)
  : runGraph(graph, { ...options, folder, engine: 'onnx:cpu', threads: 1 });
events.subscribe({
  next: ({ kind }) => void process.stdout.write(`${kind}\n`),
  error: (cause) => {
    process.stderr.write(`${cause}\n`);
    process.exitCode = 1;
  },
});

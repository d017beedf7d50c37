// npm run schema: writes graphs/graph.schema.json from the node types, for editors and for `check`.
import { fileURLToPath } from 'node:url';
import { writeSchema } from '../runtime/graph/index.ts';
import { loadRegistry } from '../runtime/registry.ts';

writeSchema(fileURLToPath(new URL('../graphs/graph.schema.json', import.meta.url)), await loadRegistry());

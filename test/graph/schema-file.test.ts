import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { graphSchema } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';

it('graphs/graph.schema.json is what `npm run schema` writes for the node types as they are', async () => {
  const file = fileURLToPath(new URL('../../graphs/graph.schema.json', import.meta.url));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(graphSchema(await loadRegistry()));
});

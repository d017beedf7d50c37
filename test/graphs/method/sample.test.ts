import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageFolder } from '../../../nodes/source/image-folder.ts';
import { openCheckpoint } from '../../../runtime/formats/index.ts';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { sourceContext } from '../../nodes/host.ts';
import { all, of, one, run, temporaryFolder } from '../../run/support.ts';
import { writeGan } from './files.ts';

const registry = await loadRegistry();
const data = temporaryFolder();
const runs = temporaryFolder();
beforeAll(() => writeGan(join(data, 'gan.pt'), { size: 16, latent: 8, widths: () => 4 }));

describe('sampling', () => {
  it('writes images and latents that reconstructions read', { timeout: 300_000 }, async () => {
    const settings = {
      gan: `"${join(data, 'gan.pt')}"`,
      size: 16,
      latent: 8,
      meanSamples: 64,
      batch: 3,
      pulls: 2,
    };
    const set = Object.entries(settings).map(([name, value]) => `settings.${name}=${value}`);
    const graph = openGraph(resolve('graphs/sample.json'), { registry, set });
    const events = await all(run(graph, join(runs, 'samples'), { seed: 5, failFast: true }));
    expect(one(events, 'run-finished').status).toBe('completed');
    const folderOf = (ending: string) => {
      const written = [...of(events, 'file'), ...of(events, 'image')].find(({ path }) =>
        path.endsWith(ending),
      );
      return join(runs, 'samples', written?.path ?? '', '..');
    };
    const [images, latents] = [folderOf('000000.png'), folderOf('000000.pt')];
    const names = Array.from({ length: 6 }, (_, i) => String(i).padStart(6, '0'));
    expect(readdirSync(images).sort()).toEqual(names.map((name) => `${name}.png`));
    expect(readdirSync(latents).sort()).toEqual(names.map((name) => `${name}.pt`));

    const params = {
      images,
      latents,
      list: '',
      depths: '',
      views: '',
      size: 16,
      crop: 0,
      latent: 8,
      minDepth: 0.9,
      maxDepth: 1.1,
    };
    const loaded = await imageFolder.load({ params, context: sourceContext(4) });
    expect(loaded.image).toMatchObject({ shape: [1, 16, 16, 3] });
    const file = await openCheckpoint(join(latents, '000004.pt'));
    const stored = await file.read(file.tensors()[0]?.name ?? '', { dtype: 'float32' });
    file.close();
    expect((loaded.latent as { data: Float32Array }).data).toEqual(stored.data);
    expect(new Set(stored.data).size).toBe(8);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { checkGraph, type Graph, InvalidGraph, loadDocument, openGraph } from '../../runtime/graph/index.ts';
import type { Json, JsonObject } from '../../runtime/graph/located.ts';
import { withPicture } from '../../runtime/graph/picture.ts';
import { loadRegistry, type Registry } from '../../runtime/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await loadRegistry();
});

const target = {
  type: 'source/image-folder',
  params: { images: '$images', depths: 'depths', latents: '$latents', list: 'list.txt', size: 16, crop: 16 },
};
const visible = { type: 'source/constant', params: { shape: [1, 16, 16, 1], value: 1 } };
const fit = {
  net: { type: 'network/coordinate-mlp', params: { size: 16 } },
  error: { type: 'loss/mean-square', in: { a: 'net', b: 'target.image' } },
  train: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'] } },
};
const settings = { images: 'images', latents: 'latents' };

function check(document: JsonObject, picture = 'me.jpg') {
  return checkGraph(
    withPicture(loadDocument({ formatVersion: 1, ...document }), picture, registry),
    registry,
  );
}

function graphOf(document: JsonObject, picture?: string): Graph {
  const { graph, errors } = check(document, picture);
  if (!graph) throw new InvalidGraph(errors);
  return graph;
}

describe('a picture in place of those of a graph', () => {
  it('takes the place of a folder, at its size', () => {
    const graph = graphOf({ settings, nodes: { target, ...fit }, schedule: [{ pull: 'train' }] });
    expect(graph.document).toMatchObject({
      nodes: {
        target: { type: 'source/image-files', params: { files: ['me.jpg'], size: 16 }, version: 1 },
      },
    });
    expect(Object.keys((graph.document.nodes as { target: { params: object } }).target.params)).toEqual([
      'size',
      'files',
    ]);
  });

  it.each([
    ['source/pattern', 64],
    ['source/image-folder', 128],
  ])('takes the place of %s at its usual size', (type, size) => {
    const nodes = {
      target: { type },
      picture: { type: 'sink/image', in: { image: 'target.image' } },
    };
    const graph = graphOf({ nodes, schedule: [{ pull: 'picture' }] });
    expect(graph.nodes.get('target')?.params).toEqual({ files: ['me.jpg'], size, fit: 'crop' });
  });

  it('keeps what is said about fitting, and is no setting whatever its name', () => {
    const nodes = {
      target: {
        type: 'source/image-files',
        version: 1,
        params: { fit: 'stretch', files: ['a.png', 'b.png'] },
      },
      picture: { type: 'sink/image', in: { image: 'target' } },
    };
    const graph = graphOf({ nodes, schedule: [{ pull: 'picture' }] }, '$me.png');
    expect(graph.nodes.get('target')?.params).toEqual({ files: ['$me.png'], size: 128, fit: 'stretch' });
  });

  it('may be squeezed, where an override says so', () => {
    const set = ['nodes.target.params.fit=stretch'];
    const graph = openGraph('synface-mini', { registry, image: 'me.jpg', set });
    expect(graph.nodes.get('target')?.params).toEqual({ files: ['me.jpg'], size: 64, fit: 'stretch' });
  });

  it('is part of the resolved document, which needs no picture any more', () => {
    const graph = openGraph('synface-mini', { registry, image: 'me.jpg' });
    const again = checkGraph(loadDocument(graph.document), registry);
    expect(again.graph?.hash).toBe(graph.hash);
    expect(Object.keys(graph.document.settings as object)).not.toContain('depths');
  });

  it('leaves no measure of the true depth behind', () => {
    const whole = openGraph('synface-mini', { registry });
    const graph = openGraph('synface-mini', { registry, image: 'me.jpg' });
    const gone = [...whole.nodes.keys()].filter((name) => !graph.nodes.has(name));
    expect(gone).toEqual(['errors', 'metrics']);
    const pulls = graph.schedule.flatMap(({ pull, also }) => [...pull, ...also.flatMap((one) => one.pull)]);
    expect(pulls).toContain('reliefFile');
    expect(pulls).not.toContain('metrics');
    expect(graph.schedule).toHaveLength(whole.schedule.length);
  });

  it('lets sinks do with what is left, and the schedule pull only that', () => {
    const nodes = {
      target,
      visible,
      ...fit,
      shape: { type: 'prior/ellipsoid', in: { mask: 'visible' } },
      depth: { type: 'metric/depth', in: { depth: 'shape', truth: 'target.depth', mask: 'visible' } },
      psnr: { type: 'metric/psnr', in: { a: 'net', b: 'target.image' } },
      both: { type: 'sink/report', in: { metrics: { side: 'depth.side', psnr: 'psnr' } } },
      errors: { type: 'sink/metrics', in: { metrics: { side: 'depth.side', mad: 'depth.mad' } } },
      truth: { type: 'sink/depth', in: { depth: 'target.depth' } },
      latest: { type: 'buffer/latest', in: { x: 'target.depth' } },
      kept: { type: 'sink/latent', in: { latent: 'target.latent' } },
    };
    const schedule: Json = [
      { pull: ['truth', 'both'] },
      {
        stage: 'measures',
        params: { depth: { fov: 20 } },
        steps: [{ pull: 'errors' }, { pull: ['truth', 'kept'] }],
      },
      {
        stage: 'fit',
        params: { depth: { fov: 20 }, train: { lr: 0.1 } },
        steps: [
          {
            pull: 'train',
            times: 2,
            also: [
              { pull: 'errors', every: 1 },
              { pull: 'both', every: 2 },
            ],
          },
        ],
      },
      { pull: 'latest' },
    ];
    const graph = graphOf({ settings, nodes, schedule });
    expect([...graph.nodes.keys()].sort()).toEqual(
      ['target', 'visible', 'net', 'error', 'train', 'shape', 'psnr', 'both'].sort(),
    );
    expect(graph.document.nodes).toMatchObject({ both: { in: { metrics: { psnr: 'psnr' } } } });
    expect(graph.document.schedule).toEqual([
      { pull: ['both'] },
      {
        stage: 'fit',
        params: { train: { lr: 0.1 } },
        steps: [{ pull: 'train', times: 2, also: [{ pull: 'both', every: 2 }] }],
      },
    ]);
  });
});

describe('a picture is refused', () => {
  it('where the graph needs its latent, with the way to find it', () => {
    const nodes = {
      target,
      twice: { type: 'math/add', in: { a: 'target.latent', b: 'target.latent' } },
      more: { type: 'math/add', in: { a: 'twice', b: 'target.latent' } },
      file: { type: 'sink/latent', in: { latent: 'more' } },
    };
    const { errors } = check({ settings, nodes, schedule: [{ pull: 'file' }] });
    expect(errors).toMatchObject([
      { code: 'picture-without-latent', node: 'more', found: 'target.latent', related: [{}] },
    ]);
    expect(errors[0]?.hint).toContain(
      '--set settings.images=runs/mine/inputs --set settings.latents=runs/mine/latents ' +
        '--set nodes.target.params.list= --set nodes.target.params.depths=',
    );
  });

  it('where the graph learns from the true depth', () => {
    const nodes = {
      target,
      net: { type: 'network/coordinate-mlp', params: { size: 16 } },
      truth: { type: 'shape/normals', in: { depth: 'target.depth' } },
      error: { type: 'loss/mean-square', in: { a: 'net', b: 'truth' } },
      train: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'] } },
    };
    const { errors } = check({ settings, nodes, schedule: [{ pull: 'train' }] });
    expect(errors).toMatchObject([
      { code: 'picture-without-truth', node: 'train', found: 'target.depth', pointer: '/nodes/train' },
    ]);
  });

  it.each<[string, JsonObject, string]>([
    ['no source', { visible }, 'this graph has visible (source/constant)'],
    ['a stream of pictures', { target: { type: 'source/image-stream' } }, 'target (source/image-stream)'],
    ['two sources', { target, other: target }, '2 such nodes: other (source/image-folder), target'],
    ['nothing', { net: fit.net }, 'this graph has no source'],
  ])('where it has no place: %s', (_, nodes, found) => {
    const { errors } = check({ settings, nodes, schedule: [{ pull: Object.keys(nodes)[0] as string }] });
    expect(errors).toMatchObject([{ code: 'picture-without-place' }]);
    expect(errors[0]?.message).toContain(found);
  });

  it('by nothing of its own where the graph is wrong anyway', () => {
    const open = () => openGraph('nowhere.json', { registry, image: 'me.jpg' });
    expect(open).toThrow(/Cannot read nowhere.json/);
  });
});

import type { Registry } from '../registry.ts';
import { Reporter } from './errors.ts';
import { fallAway, type LostReference } from './fall-away.ts';
import type { LoadedGraph } from './load.ts';
import {
  entriesOf,
  type Json,
  type Located,
  type LocatedEntry,
  type LocatedObject,
  propertyOf,
  stringOf,
  toJson,
  toPointer,
} from './located.ts';
import { mergePatch } from './merge.ts';
import { readJson } from './read.ts';

/** What takes a picture's place in a graph. */
const PICTURE = 'source/image-files';
/** The sources of pictures, one an item, that it replaces; of the later ones only where there is none of the first. */
const REPLACED = [['source/image-folder', PICTURE], ['source/pattern']] as const;
/** Parameters of these that a source of one file has no use for. */
const DROPPED = ['images', 'list', 'crop', 'latents', 'latent', 'depths', 'minDepth', 'maxDepth', 'rings'];

/**
 * A graph that reconstructs one picture: the file takes the place of the graph's own pictures. What belongs to those
 * and not to a picture falls away. For the true depth, these are the metrics; a graph that learns from it, or needs a
 * latent that it does not find itself, is refused.
 */
export function withPicture(loaded: LoadedGraph, picture: string, registry: Registry): LoadedGraph {
  const { document } = loaded;
  const nodes = propertyOf(document, 'nodes');
  if (!document || nodes?.kind !== 'object' || loaded.errors.length > 0) return loaded;
  const report = new Reporter(loaded.errors);
  const source = sourceIn(nodes, report);
  // no document: what is left of it would only give errors that follow from this one
  const refused = () => ({ ...loaded, document: undefined, errors: report.errors });
  if (!source) return refused();
  const outputs = Object.keys(registry.get(source.type)?.outputs ?? {});
  const missing = new Set(outputs.filter((port) => port !== 'image').map((port) => `${source.name}.${port}`));
  const { document: rest, fallen } = fallAway(document, (reference) => missing.has(reference), registry);
  reportLatent(fallen, source, registry, report);
  reportLearning(fallen, source, registry, report);
  if (report.count > 0) return refused();
  const patch = patchOf(source, picture, registry);
  return { ...loaded, document: mergePatch(rest, patch) as LocatedObject };
}

interface PictureSource {
  readonly name: string;
  readonly type: string;
  readonly node: LocatedEntry;
}

/** The one source that a picture can take the place of. */
function sourceIn(nodes: LocatedObject, report: Reporter): PictureSource | undefined {
  const all = [...nodes.entries].map(([name, node]) => ({
    name,
    node,
    type: stringOf(node.value, 'type') ?? '',
  }));
  const found = REPLACED.map((types) => all.filter(({ type }) => types.some((one) => one === type))).find(
    (sources) => sources.length > 0,
  );
  if (found?.length === 1) return found[0];
  const list = (sources: readonly PictureSource[]) =>
    sources.map(({ name, type }) => `${name} (${type})`).join(', ');
  const others = all.filter(({ type }) => type.startsWith('source/'));
  const at = (found ?? others)[0]?.node.key ?? { ...nodes.origin, length: 1 };
  report.add('picture-without-place', at, {
    pointer: '/nodes',
    found: found ? `${found.length} such nodes: ${list(found)}` : list(others) || 'no source',
    expected: REPLACED.flat().join(', '),
  });
  return undefined;
}

/** Reports, once, that the latent of the pictures is needed; what only writes it falls away. */
function reportLatent(
  fallen: readonly LostReference[],
  source: PictureSource,
  registry: Registry,
  report: Reporter,
): void {
  const reading = fallen.filter(
    ({ reference, type }) => reference === `${source.name}.latent` && registry.get(type)?.role !== 'sink',
  );
  const [first, ...more] = reading;
  if (!first) return;
  report.add('picture-without-latent', first.at.origin, {
    pointer: toPointer(['nodes', first.node]),
    node: first.node,
    found: first.reference,
    expected: folderOptions(source).join(' '),
    related: more.map(({ node, at }) => ({ message: `${node} reads it too`, at: at.origin })),
  });
}

/** The options with which the graph takes what projection has written. */
function folderOptions({ name, node }: PictureSource): string[] {
  const params = propertyOf(node.value, 'params');
  const found = { images: 'runs/mine/inputs', latents: 'runs/mine/latents', list: '', depths: '' };
  return Object.entries(found).flatMap(([param, value]) => {
    const written = stringOf(params, param);
    if (!written && value === '') return [];
    const path = written?.startsWith('$') ? `settings.${written.slice(1)}` : `nodes.${name}.params.${param}`;
    return [`--set ${path}=${value}`];
  });
}

/** Reports optimizers that learn from the true depth. */
function reportLearning(
  fallen: readonly LostReference[],
  source: PictureSource,
  registry: Registry,
  report: Reporter,
): void {
  const causes = new Map(fallen.map(({ node, reference }) => [node, reference]));
  for (const { node, type, key } of fallen) {
    if (registry.get(type)?.role !== 'optimizer') continue;
    let cause = causes.get(node) ?? '';
    for (let next: string | undefined = cause; next !== undefined; ) {
      cause = next;
      next = causes.get(cause.split('.')[0] as string);
    }
    // said already, with the way out
    if (cause === `${source.name}.latent`) continue;
    report.add('picture-without-truth', key, {
      pointer: toPointer(['nodes', node]),
      node,
      found: cause,
    });
  }
}

/** What makes of the source one of that file: its size, and whatever else it states that such a source knows. */
function patchOf({ name, node, type }: PictureSource, picture: string, registry: Registry): Located {
  const written = propertyOf(node.value, 'params');
  const dropped = [...entriesOf(written)].flatMap(([param]) => (DROPPED.includes(param) ? [param] : []));
  const params: { [name: string]: Json } = Object.fromEntries(dropped.map((param) => [param, null]));
  // a text that begins with "$" would be a setting
  params.files = [picture.startsWith('$') ? `$${picture}` : picture];
  const definition = registry.get(type);
  if (definition && !propertyOf(written, 'size')) {
    const { value } = registry.validator(definition)(written ? toJson(written) : {});
    params.size = (value as { readonly size: number }).size;
  }
  const patch = { nodes: { [name]: { type: PICTURE, version: null, params } } };
  const located = readJson({ name: '--image', text: JSON.stringify(patch) }, new Reporter());
  if (!located) throw new Error('JSON of our own cannot be read back');
  return located;
}

import type { Assets, ItemAssets, ShownPicture } from './assets.ts';
import { captionOf, isInput } from './captions.ts';
import type { Curve } from './curve.ts';
import type { ItemHistory, RunHistory } from './history.ts';
import { type Html, html, trusted } from './html.ts';
import { formatCount, formatNumber, formatTime } from './numbers.ts';
import { plot } from './plot.ts';
import { viewerHtml } from './viewer-html.ts';

export interface ItemHtmlOptions {
  /** From 0, among the items shown. */
  readonly index: number;
  readonly history: RunHistory;
  readonly assets: Assets;
  /** False where the curves would make the page too large. */
  readonly withCurves: boolean;
}

/** All that the page says of one item: pictures, the shape, curves. */
export function itemHtml(item: ItemHistory, { index, history, assets, withCurves }: ItemHtmlOptions): Html {
  const id = `item-${index}`;
  const own: ItemAssets = assets.get(item.name) ?? { pictures: [] };
  const ids = new Map(own.pictures.map((picture, i) => [picture, `${id}-picture-${i}`]));
  const figure = (picture: ShownPicture, kind: string) =>
    pictureHtml(picture, { id: ids.get(picture) as string, item: item.name, kind });
  const input = own.pictures.find(({ name }) => isInput(name));
  const albedo = own.pictures.find(({ name, still }) => name === 'albedo' && !still);
  const others = own.pictures.filter((picture) => picture !== input || !own.shape);
  const maps = others.filter((picture) => shapeOf(picture) === 'map');
  const rest = others.filter((picture) => shapeOf(picture) !== 'map');
  const viewer =
    own.shape && viewerHtml(own.shape, { id, item: item.name, albedo: albedo && ids.get(albedo) });
  const name = history.items.size === 1 && item.name === 'all' ? 'Results' : item.name;
  return html`<section class="item" id="${id}" aria-labelledby="${id}-name">
<h2 id="${id}-name">${name}</h2>
<p class="note">${itemFacts(item)}</p>
${item.problem && html`<p class="problem"><strong>This item failed.</strong> ${item.problem.message} <code>${item.problem.code}</code></p>`}
${viewer && html`<div class="hero${!input && trusted(' alone')}">${input && figure(input, 'input')}${viewer}</div>`}
${maps.length > 0 && html`<div class="maps">${maps.map((picture) => figure(picture, 'map'))}</div>`}
${rest.length > 0 && html`<div class="strips">${rest.map((picture) => figure(picture, shapeOf(picture)))}</div>`}
${withCurves && curvesHtml(item, history)}
</section>`;
}

function itemFacts(item: ItemHistory): string {
  if (!item.begun) return 'Not begun.';
  const state = item.finished ? '' : item.problem ? ', failed' : ', not finished';
  return `${formatCount(item.steps)} pulls in ${formatTime(item.milliseconds)}${state}`;
}

/** Whether a picture is a map of the image's own form, a sheet of several, or a long strip. */
function shapeOf({ width, height }: ShownPicture): 'map' | 'sheet' | 'strip' {
  const aspect = width / height;
  if (aspect > 3) return 'strip';
  return aspect > 1.2 || aspect < 0.8 ? 'sheet' : 'map';
}

function pictureHtml(
  picture: ShownPicture,
  { id, item, kind }: { readonly id: string; readonly item: string; readonly kind: string },
): Html {
  const { title, note } = captionOf(picture.name);
  const own = imageHtml(picture, { id, alt: `${title} of ${item}` });
  const earlier = picture.earlier.map(
    (before, i) =>
      html`<li>${imageHtml(before, { id: `${id}-${i}`, alt: `${title} of ${item}, earlier (${before.path})` })}</li>`,
  );
  return html`<figure class="picture ${kind}">${own}
<figcaption><strong>${title}.</strong>${note && ` ${note[0]?.toUpperCase()}${note.slice(1)}.`}</figcaption>
${earlier.length > 0 && html`<ol class="earlier" aria-label="Earlier, oldest first">${earlier}</ol>`}
</figure>`;
}

function imageHtml(
  { uri, still, width, height }: ShownPicture,
  { id, alt }: { readonly id: string; readonly alt: string },
): Html {
  const image = html`<img id="${id}" src="${uri}" width="${width}" height="${height}" alt="${alt}">`;
  if (!still) return image;
  return html`<picture><source media="(prefers-reduced-motion: reduce)" srcset="${still}">${image}</picture>`;
}

const MOST_CURVES = 32;

/** Losses in the order in which they were met, and metrics that were measured more than once. */
export function curvesOf(
  item: ItemHistory,
): { readonly title: string; readonly label: string; readonly curve: Curve }[] {
  const losses = [...item.curves.values()].map((curve) => ({ title: curve.name, label: 'value', curve }));
  const metrics = [...item.metrics.values()]
    .filter(({ curve }) => curve.values.length > 1)
    .map((metric) => ({
      title: metric.name,
      label: metric.unit || 'value',
      curve: metric.curve,
    }));
  return [...losses, ...metrics].slice(0, MOST_CURVES);
}

function curvesHtml(item: ItemHistory, history: RunHistory): Html | undefined {
  const curves = curvesOf(item);
  if (curves.length === 0) return undefined;
  const stages = [...item.stages.values()].map(({ step }) => step).sort((a, b) => a - b);
  const nodes = new Map((history.started?.nodes ?? []).map(({ name, title }) => [name, title]));
  return html`<h3>${item.curves.size === curves.length ? 'Losses' : 'Losses and metrics'}</h3>
<div class="plots">${curves.map(({ title, label, curve }) => {
    const node = nodes.get(title.split('.')[0] as string);
    return html`<figure><figcaption><strong>${title}</strong> ${node && html`<span class="about">${node}</span>`} <span class="last">${formatNumber(curve.last)}</span></figcaption>
${plot(curve, { label, steps: item.steps, stages })}</figure>`;
  })}</div>
${stages.length > 1 && html`<p class="note">Dotted lines: where a stage begins. The number beside a name is the last value.</p>`}`;
}

import type { Shape } from './assets.ts';
import { type Html, html, trusted } from './html.ts';

const MODES = [
  ['texture', 'Texture'],
  ['lit', 'Relit'],
  ['normals', 'Normals'],
  ['clay', 'Clay'],
] as const;

/**
 * The place where the viewer shows a shape, with its controls; the script of the page brings it to life, and without
 * one there are words. `albedo` is the id of the picture that is relit, where there is one.
 */
export function viewerHtml(
  shape: Shape,
  { id, item, albedo }: { id: string; item: string; albedo: string | undefined },
): Html {
  return html`<figure class="viewer" data-texture="${id}-texture" data-albedo="${albedo ?? `${id}-texture`}">
<div class="stage" tabindex="0" role="application" aria-label="Shape of ${item}, to be turned" aria-describedby="${id}-keys"></div>
<p class="fallback">Here the shape can be turned by hand, in a browser with JavaScript and WebGL. The pictures of this page show the same shape, and ${html`<code>${shape.path}</code>`} opens in any viewer of 3D files. <span class="reason"></span></p>
<div class="controls">
<fieldset><legend class="hidden">Surface</legend>${MODES.map(
    ([value, title], i) =>
      html`<label><input type="radio" name="${id}-mode" value="${value}"${i === 0 && trusted(' checked')}><span>${title}</span></label>`,
  )}</fieldset>
<div class="light" tabindex="0" role="slider" aria-label="Light" aria-valuemin="-100" aria-valuemax="100" aria-valuenow="0" title="Drag the light"><svg viewBox="0 0 100 100" aria-hidden="true"><circle class="sphere" cx="50" cy="50" r="46"/><path class="meridian" d="M50 4A26 46 0 0 0 50 96A26 46 0 0 0 50 4M4 50H96"/><circle class="sun" cx="50" cy="50" r="10"/></svg></div>
<span class="buttons"><button type="button" class="swing" aria-pressed="false">Swing</button><button type="button" class="reset">Reset</button><button type="button" class="full">Full screen</button></span>
</div>
<figcaption class="keys" id="${id}-keys"><strong>Shape.</strong> Drag to turn, drag the little sphere to move the light, pinch, or click and scroll, to zoom. Keys: arrows turn, Shift and arrows move the light, + and − zoom, 0 resets, Space swings.</figcaption>
<img id="${id}-texture" src="${shape.texture}" alt="" hidden>
<script type="application/json" class="mesh">${trusted(JSON.stringify(shape.mesh))}</script>
</figure>`;
}

import { Viewer } from './viewer.ts';

/** Opens the viewers of the page while they are in sight: browsers have few WebGL contexts. */
function begin(): void {
  const viewers = new Map<Element, Viewer>();
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const viewer = viewers.get(target);
        if (viewer && isIntersecting) openOrExplain(target, viewer);
        else viewer?.close();
      }
    },
    { rootMargin: '100px' },
  );
  for (const root of document.querySelectorAll<HTMLElement>('.viewer')) {
    viewers.set(root, new Viewer(root));
    seen.observe(root);
  }
}

/** Without WebGL, the page keeps the words that stand in the viewer's place. */
function openOrExplain(root: Element, viewer: Viewer): void {
  let works = false;
  try {
    works = viewer.open();
  } catch (cause) {
    viewer.close();
    root.querySelector('.reason')?.replaceChildren(cause instanceof Error ? `(${cause.message})` : '');
  }
  root.classList.toggle('works', works);
}

// The pictures of the shapes are part of the page: they are there when it has loaded.
if (document.readyState === 'complete') begin();
else addEventListener('load', begin);

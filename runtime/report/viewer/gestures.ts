/** What a hand does to the shape. Lengths are shares of the element's height. */
export interface Gestures {
  readonly onDrag: (across: number, down: number) => void;
  /** A second finger, a right button or Shift moves the light. */
  readonly onLight: (across: number, down: number) => void;
  readonly onZoom: (factor: number) => void;
}

/**
 * Tells the gestures of mouse, pen and fingers on an element: dragging, dragging with Shift or the right button,
 * pinching, and the wheel where the element has the focus or Ctrl is held, so that pages still scroll past it.
 */
export function listenToGestures(element: HTMLElement, { onDrag, onLight, onZoom }: Gestures): void {
  const pointers = new Map<number, { x: number; y: number }>();
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  element.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const height = element.clientHeight || 1;
    const apart = spread();
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size > 1) {
      if (apart > 0) onZoom(spread() / apart);
      return;
    }
    const moved = event.shiftKey || event.buttons === 2 ? onLight : onDrag;
    moved((event.clientX - before.x) / height, (event.clientY - before.y) / height);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  element.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      onZoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)));
    },
    { passive: false },
  );
}

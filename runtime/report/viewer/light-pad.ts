import { lightInWords, type View } from './view.ts';

const STEP = 0.08;

/** The little sphere on which a person drags the light: pointer or arrow keys. */
export class LightPad {
  private readonly dot: Element;

  constructor(
    private readonly element: HTMLElement,
    private readonly onMove: (x: number, y: number) => void,
  ) {
    this.dot = element.querySelector('.sun') as Element;
    const follow = (event: PointerEvent) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      onMove((2 * (event.clientX - left)) / width - 1, 1 - (2 * (event.clientY - top)) / height);
    };
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      follow(event);
    });
    element.addEventListener('pointermove', (event) => {
      if (element.hasPointerCapture(event.pointerId)) follow(event);
    });
    element.addEventListener('keydown', (event) => this.press(event));
  }

  show({ light }: View): void {
    this.dot.setAttribute('cx', String(50 + 42 * light.x));
    this.dot.setAttribute('cy', String(50 - 42 * light.y));
    this.element.setAttribute('aria-valuenow', String(Math.round(100 * light.x)));
    this.element.setAttribute('aria-valuetext', lightInWords(light));
    this.at = light;
  }

  private at: View['light'] = { x: 0, y: 0 };

  private press(event: KeyboardEvent): void {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.onMove(this.at.x + move[0], this.at.y + move[1]);
  }
}

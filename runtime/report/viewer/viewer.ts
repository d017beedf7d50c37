import { listenToGestures } from './gestures.ts';
import { LightPad } from './light-pad.ts';
import type { PackedMesh } from './packed-mesh.ts';
import { Scene } from './scene.ts';
import { litFrom, type Mode, START, swing, turned, type View, zoomed } from './view.ts';

const KEY_TURN = 0.09;
const SHARPEST = 2;

/** The viewer of one shape in the page: it draws only while it can be seen, and only what has changed. */
export class Viewer {
  private view: View = START;
  private scene: Scene | undefined;
  private isSwinging = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  private swungFor = 0;
  private drawnAt = 0;
  private waiting = 0;
  private readonly stage: HTMLElement;
  private readonly pad: LightPad;
  private readonly mesh: PackedMesh;

  constructor(private readonly root: HTMLElement) {
    this.stage = root.querySelector('.stage') as HTMLElement;
    this.mesh = JSON.parse(root.querySelector('script.mesh')?.textContent ?? '{}');
    this.pad = new LightPad(root.querySelector('.light') as HTMLElement, (x, y) =>
      this.change(litFrom(this.view, x, y), { needsLight: true }),
    );
    listenToGestures(this.stage, {
      onDrag: (x, y) => this.change(turned(this.view, 3.2 * x, 3.2 * y)),
      onLight: (x, y) => this.moveLight(3 * x, -3 * y),
      onZoom: (factor) => this.change(zoomed(this.view, factor)),
    });
    this.stage.addEventListener('keydown', (event) => this.press(event));
    for (const input of root.querySelectorAll<HTMLInputElement>('input[type=radio]')) {
      input.addEventListener('change', () => this.show({ ...this.view, mode: input.value as Mode }));
    }
    this.on('.swing', () => this.swing(!this.isSwinging));
    this.on('.reset', () => this.reset());
    this.on('.full', () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.root.requestFullscreen?.();
    });
    this.swing(this.isSwinging);
    // Browsers remember which buttons were chosen before a page is loaded again.
    this.show(this.view);
    new ResizeObserver(() => this.redraw()).observe(this.stage);
  }

  /** Begins to draw. False where the browser has no WebGL. */
  open(): boolean {
    if (this.scene) return true;
    const canvas = document.createElement('canvas');
    this.stage.replaceChildren(canvas);
    const texture = this.picture('texture');
    const albedo = this.picture('albedo') ?? texture;
    if (!texture || !albedo) return false;
    const scene = Scene.on(canvas, this.mesh, { texture, albedo });
    // A context may be lost long after another has taken its place.
    canvas.addEventListener('webglcontextlost', () => {
      if (this.scene === scene) this.scene = undefined;
    });
    this.scene = scene;
    this.redraw();
    return scene !== undefined;
  }

  /** Stops drawing and gives the graphics memory back; `open` goes on where this stopped. */
  close(): void {
    this.scene?.dispose();
    this.scene = undefined;
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.drawnAt = 0;
  }

  private picture(kind: 'texture' | 'albedo'): HTMLImageElement | undefined {
    const id = this.root.dataset[kind];
    const image = id ? document.getElementById(id) : undefined;
    return image instanceof HTMLImageElement ? image : undefined;
  }

  private on(selector: string, act: () => void): void {
    this.root.querySelector(selector)?.addEventListener('click', act);
  }

  /** A person has taken hold of the shape: it stops moving by itself. */
  private change(view: View, { needsLight = false }: { needsLight?: boolean } = {}): void {
    this.swing(false);
    const unlit = needsLight && (view.mode === 'texture' || view.mode === 'normals');
    this.show(unlit ? { ...view, mode: 'lit' } : view);
  }

  private moveLight(x: number, y: number): void {
    const { light } = this.view;
    this.change(litFrom(this.view, light.x + x, light.y + y), { needsLight: true });
  }

  private show(view: View): void {
    this.view = view;
    for (const input of this.root.querySelectorAll<HTMLInputElement>('input[type=radio]')) {
      input.checked = input.value === view.mode;
    }
    this.redraw();
  }

  private reset(): void {
    this.swing(false);
    this.show({ ...START, mode: this.view.mode });
  }

  private swing(on: boolean): void {
    this.isSwinging = on;
    this.drawnAt = 0;
    if (on) this.swungFor = Math.asin(Math.max(-1, Math.min(1, this.view.yaw / 0.61))) / 0.9;
    const button = this.root.querySelector('.swing');
    button?.setAttribute('aria-pressed', String(on));
    this.redraw();
  }

  private press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows: Record<string, readonly [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) this.moveLight(0.08 * arrow[0], -0.08 * arrow[1]);
    else if (arrow) this.change(turned(this.view, KEY_TURN * arrow[0], KEY_TURN * arrow[1]));
    else if (event.key === '+' || event.key === '=') this.change(zoomed(this.view, 1.12));
    else if (event.key === '-') this.change(zoomed(this.view, 1 / 1.12));
    else if (event.key === '0' || event.key === 'Home') this.reset();
    else if (event.key === ' ') this.swing(!this.isSwinging);
    else return;
    event.preventDefault();
  }

  private redraw(): void {
    if (this.waiting || !this.scene) return;
    this.waiting = requestAnimationFrame((time) => {
      this.waiting = 0;
      this.draw(time);
    });
  }

  private draw(time: number): void {
    const canvas = this.stage.querySelector('canvas');
    if (!canvas || !this.scene) return;
    const ratio = Math.min(SHARPEST, devicePixelRatio || 1);
    const [width, height] = [
      Math.round(this.stage.clientWidth * ratio),
      Math.round(this.stage.clientHeight * ratio),
    ];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    if (this.isSwinging) {
      if (this.drawnAt > 0) this.swungFor += Math.min(0.1, (time - this.drawnAt) / 1000);
      this.drawnAt = time;
      this.view = { ...this.view, yaw: swing(this.swungFor) };
    }
    this.scene.draw(this.view);
    this.pad.show(this.view);
    if (this.isSwinging) this.redraw();
  }
}

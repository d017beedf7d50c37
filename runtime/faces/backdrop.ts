import { smoothstep } from './curves.ts';
import type { Background } from './face.ts';

/** What is behind a head. */
export class Backdrop {
  private readonly across: number;
  private readonly down: number;

  constructor(private readonly background: Background) {
    const angle = (background.angle * Math.PI) / 180;
    const reach = Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle));
    this.across = Math.cos(angle) / reach;
    this.down = Math.sin(angle) / reach;
  }

  /** Adds the colour at (x, y), in image sizes from the upper left corner, so many times to a sum. */
  add(x: number, y: number, times: number, sum: Float64Array): void {
    const { from, to, spot, spotSize, spotLight } = this.background;
    const t = smoothstep(-0.1, 1.1, (x - 0.5) * this.across + (y - 0.5) * this.down + 0.5);
    const distance = Math.hypot(x - spot[0], y - spot[1]) / spotSize;
    const more = spotLight * (1 - smoothstep(0, 1.4, distance));
    for (let c = 0; c < 3; c++) {
      const colour = (from[c] as number) * (1 - t) + (to[c] as number) * t + more;
      sum[c] = (sum[c] as number) + times * Math.min(Math.max(colour, 0), 1);
    }
  }
}

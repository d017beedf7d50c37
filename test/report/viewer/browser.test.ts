import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../../runtime/report/index.ts';
import { completed, fakeRun, file, glb, image, noise, started } from '../fake-run.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
/** Everything is drawn on the CPU; root, as in containers, has no sandbox. */
const FLAGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** How far two pictures differ, 0 to 255 in the mean: those of the same shape by what a browser rounds. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const pixels = (png: Buffer) => sharp(png).removeAlpha().raw().toBuffer();
  const [p, q] = [await pixels(a), await pixels(b)];
  if (p.length !== q.length) return 255;
  return p.reduce((sum, value, i) => sum + Math.abs(value - (q[i] as number)), 0) / p.length;
}
const SAME = 0.5;

describe.skipIf(!CHROMIUM)(
  `the viewer in a browser${CHROMIUM ? '' : ' (skipped: there is no Chromium)'}`,
  () => {
    let browser: Browser;
    let page: Page;
    const asked: string[] = [];
    const wrong: string[] = [];

    beforeAll(async () => {
      const folder = fakeRun({
        events: [
          started(['face']),
          { kind: 'item-started', item: 'face', index: 0, count: 1 },
          image('face', 'input', 'images/face/input.png'),
          image('face', 'albedo', 'images/face/albedo.png'),
          file('face', 'files/face/mesh.glb'),
          { kind: 'item-finished', item: 'face', milliseconds: 5 },
          completed,
        ],
        files: {
          'images/face/input.png': await noise(8, 8),
          'images/face/albedo.png': await noise(8, 8, 2),
          'files/face/mesh.glb': await glb(9),
        },
      });
      const { path } = await writeReport(folder);
      browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
      // who wants less motion gets a shape that stands still, which pictures can be compared of
      page = await browser.newPage({ viewport: { width: 900, height: 800 }, reducedMotion: 'reduce' });
      page.on('request', (request) => asked.push(request.url()));
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      await page.goto(pathToFileURL(path).href);
      await page.locator('.viewer').scrollIntoViewIfNeeded();
      await page.locator('.viewer canvas').waitFor();
    });
    afterAll(() => browser?.close());

    const stage = () => page.locator('.viewer .stage');

    /** What the viewer shows once it has drawn, without its rim, which tells where the keys go. */
    async function seen(): Promise<Buffer> {
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      const { x = 0, y = 0, width = 0, height = 0 } = (await stage().boundingBox()) ?? {};
      return page.screenshot({ clip: { x: x + 10, y: y + 10, width: width - 20, height: height - 20 } });
    }

    it('shows the shape, and needs nothing but the page', async () => {
      await expect(page.locator('.viewer .fallback').isVisible()).resolves.toBe(false);
      const { channels } = await sharp(await seen()).stats();
      expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
      expect(asked.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
      expect(wrong).toEqual([]);
    });

    it('turns with the mouse and the keys, and goes back', async () => {
      const first = await seen();
      const box = await stage().boundingBox();
      const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 120, y + 30, { steps: 4 });
      await page.mouse.up();
      const dragged = await seen();
      expect(await difference(dragged, first)).toBeGreaterThan(4 * SAME);
      await stage().press('0');
      expect(await difference(await seen(), first)).toBeLessThan(SAME);
      for (let i = 0; i < 5; i++) await stage().press('ArrowLeft');
      expect(await difference(await seen(), first)).toBeGreaterThan(4 * SAME);
      await page.locator('.viewer .reset').click();
      expect(await difference(await seen(), first)).toBeLessThan(SAME);
    });

    it('has four surfaces', async () => {
      const surfaces: string[] = [];
      for (const name of ['Texture', 'Relit', 'Normals', 'Clay']) {
        await page.locator('.viewer label', { hasText: name }).click();
        surfaces.push((await seen()).toString('base64'));
      }
      expect(new Set(surfaces).size).toBe(4);
      expect(wrong).toEqual([]);
    });
  },
);

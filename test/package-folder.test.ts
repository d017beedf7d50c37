import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder, pathFrom } from '../runtime/package-folder.ts';

describe('pathFrom', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'path-from-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('leads to what ships with the package where the folder has nothing of that name', () => {
    const shipped = join(packageFolder(), 'models/faces/relief.png');
    expect(pathFrom(folder, 'models/faces/relief.png')).toBe(shipped);
    mkdirSync(join(folder, 'models/faces'), { recursive: true });
    writeFileSync(join(folder, 'models/faces/relief.png'), '');
    expect(pathFrom(folder, 'models/faces/relief.png')).toBe(join(folder, 'models/faces/relief.png'));
  });

  it('leaves everything else in the folder', () => {
    expect(pathFrom(folder, 'models/mine.pt')).toBe(join(folder, 'models/mine.pt'));
    expect(pathFrom(folder, 'package.json')).toBe(join(folder, 'package.json'));
    expect(pathFrom(folder, 'models/../package.json')).toBe(join(folder, 'package.json'));
    expect(pathFrom(folder, '/models/faces/relief.png')).toBe('/models/faces/relief.png');
  });
});

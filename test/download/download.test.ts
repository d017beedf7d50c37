import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE, type Download } from '../../runtime/download/catalogue.ts';
import { download, isThere } from '../../runtime/download/download.ts';
import { cli } from '../cli/in-process.ts';
import { tarGz } from './archives.ts';
import { localServer, serve } from './server.ts';

const server = await localServer();
const base = mkdtempSync(join(tmpdir(), 'gan2shape-download-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(base, 'case-'));
});

const archive = tarGz({ name: 'checkpoints/a.pt', content: 'weights' }, { name: 'notes', content: 'x' });
const pieces: Download = {
  name: 'pieces',
  title: 'An archive in pieces',
  licence: 'none',
  files: ['p0', 'p1'].map((name) => ({ url: `https://files.invalid/v1/${name}` })),
  into: { folders: ['checkpoints'] },
};

/** Answers with the pieces of the archive by their names. */
function servePieces(half = archive.subarray(0, 70), rest = archive.subarray(70)): void {
  server.answer((request, response) => serve(request.url?.endsWith('p0') ? half : rest)(request, response));
}

describe('download', () => {
  it('fetches pieces from a mirror and extracts them', async () => {
    servePieces();
    expect(await isThere(pieces, root)).toBe(false);
    const done = await download(pieces, { root, mirror: `${server.address}/mine/` });
    expect(server.asked.map(({ url }) => url)).toEqual(['/mine/p0', '/mine/p1']);
    expect(done).toMatchObject({ changed: [], extracted: { files: 1, leftOut: ['notes'] } });
    expect(readFileSync(join(root, 'checkpoints/a.pt'), 'utf8')).toBe('weights');
    expect(existsSync(join(root, '.downloads/pieces'))).toBe(false);
    expect(await isThere(pieces, root)).toBe(true);
    // the folder alone may be of something else
    expect(await isThere({ ...pieces, sign: 'checkpoints/b.pt' }, root)).toBe(false);
    expect(await isThere({ ...pieces, sign: 'checkpoints/a.pt' }, root)).toBe(true);
  });

  it('does not fetch a piece again that is there', async () => {
    server.answer((request, response) =>
      request.url?.endsWith('p0')
        ? serve(archive.subarray(0, 70))(request, response)
        : response.writeHead(404).end(),
    );
    await expect(download(pieces, { root, mirror: server.address })).rejects.toMatchObject({
      code: 'not-on-server',
    });
    servePieces();
    await download(pieces, { root, mirror: server.address });
    expect(server.asked.map(({ url }) => url)).toEqual(['/p1']);
  });

  it('remembers checksums, and says when a file is another', async () => {
    servePieces();
    await download(pieces, { root, mirror: server.address, keep: true });
    expect(existsSync(join(root, '.downloads/pieces/p0'))).toBe(true);
    rmSync(join(root, '.downloads/pieces'), { recursive: true });
    const other = tarGz({ name: 'checkpoints/a.pt', content: 'other weights' });
    servePieces(other.subarray(0, 60), other.subarray(60));
    const { changed } = await download(pieces, { root, mirror: server.address });
    expect(changed).toEqual(pieces.files.map(({ url }) => url));
  });

  it('has addresses of https, and files of its own for everything', () => {
    for (const { files, into } of CATALOGUE) {
      for (const { url, sha256 = '' } of files)
        expect([url, sha256]).toEqual([
          expect.stringMatching(/^https:/),
          expect.stringMatching(/^[0-9a-f]*$/),
        ]);
      expect('file' in into ? into.file : into.folders.join()).toMatch(/^(checkpoints|data)/);
    }
  });
});

describe('the command', () => {
  it('lists what there is', async () => {
    const { code, stdout } = await cli('download', '--into', root);
    expect(code).toBe(0);
    for (const { name } of CATALOGUE) expect(stdout).toContain(`\n${name}:`.trimStart());
    expect(stdout).toContain('no checksum is published');
    const data = JSON.parse((await cli('download', '--json')).stdout);
    expect(data.map(({ name }: Download) => name)).toEqual(CATALOGUE.map(({ name }) => name));
  });

  it('fetches, and says what it found', async () => {
    server.answer(serve(tarGz({ name: 'data/car/1.png', content: 'x' })));
    const { code, stdout } = await cli('download', 'data', '--into', root, '--mirror', server.address);
    expect(code).toBe(0);
    expect(server.asked[0]?.url).toBe('/data.tar.gz');
    expect(stdout).toMatch(/SHA-256 [0-9a-f]{64} \(no checksum is known\)\n {2}extracted 1 files, 1 B\n$/);
    expect(existsSync(join(root, 'data/car/1.png'))).toBe(true);
  });

  it('fails with an exit code that says why', async () => {
    const into = ['--into', root, '--mirror'];
    expect(await cli('download', 'dat')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "data"?'),
    });
    expect(await cli('download', 'data', ...into, 'files')).toMatchObject({ code: 2 });
    expect(await cli('download', 'data', ...into, 'http://127.0.0.1:1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[no-network]'),
    });
    server.answer(serve(Buffer.from('another file')));
    expect(await cli('download', 'lpips', ...into, server.address)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[wrong-checksum]'),
    });
    server.answer(serve(tarGz({ name: '../escaped', content: 'x' })));
    const { code, stdout } = await cli('download', 'data', ...into, server.address, '--json');
    expect([code, JSON.parse(stdout).errors[0].code]).toEqual([1, 'hostile-archive']);
  });
});

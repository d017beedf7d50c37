import { Command } from 'commander';
import { CATALOGUE, type Download } from '../../runtime/download/catalogue.ts';
import { nearest } from '../../runtime/graph/nearest.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { action, type CommonOptions, columns, print } from '../action.ts';
import { progressLine } from '../download-progress.ts';
import { EXIT } from '../errors.ts';
import { formatBytes } from '../view/format.ts';

interface DownloadCliOptions extends CommonOptions {
  readonly into?: string;
  readonly mirror?: string;
  readonly keep?: boolean;
}

export function downloadCommand(): Command {
  const command = new Command('download')
    .description('fetch the official weights and data; without a name, list what there is')
    .argument('[name...]', 'what to fetch; "all" for everything')
    .option(
      '--into <folder>',
      'the folder that checkpoints/ and data/ begin in (default: the working folder)',
    )
    .option('--mirror <address>', 'a server that has the files under the same names')
    .option('--keep', 'keep archives after they are extracted')
    .addHelpText(
      'after',
      `
Nothing of it is needed to run graphs on files of your own. A download that was interrupted goes on where it stopped.
Checksums are compared where they are known; those that were found are kept in .downloads/checksums.json.

Examples:
  $ gan2shape download
  $ gan2shape download checkpoints vgg16 lpips
  $ gan2shape download all --into /data/gan2shape`,
    );
  return action<DownloadCliOptions>(command, async (names, { into, mirror, keep = false, json }) => {
    if (names.length === 0) return list(into, json === true);
    const { download } = await import('../../runtime/download/download.ts');
    if (mirror !== undefined && !/^https?:\/\//.test(mirror)) {
      throw new RunError('bad-option', `${mirror} is no address`, { hint: 'Expected http:// or https://.' });
    }
    const results: unknown[] = [];
    for (const item of chosen(names)) {
      if (!json) print(`${item.name}: ${item.title}\n  terms: ${item.licence}`);
      const progress = progressLine();
      try {
        const options = {
          keep,
          onProgress: progress.show,
          ...(into && { root: into }),
          ...(mirror && { mirror }),
        };
        const done = await download(item, options);
        progress.end();
        results.push(done);
        if (json) continue;
        for (const { path, bytes, sha256, verified } of done.files) {
          print(
            `  ${path}: ${formatBytes(bytes)}, SHA-256 ${sha256} (${verified ? 'as known' : 'no checksum is known'})`,
          );
        }
        for (const url of done.changed) print(`  warning: ${url} is another than at the last download`);
        const { extracted } = done;
        if (extracted) print(`  extracted ${extracted.files} files, ${formatBytes(extracted.bytes)}`);
        if (extracted?.leftOut.length) print(`  left out ${extracted.leftOut.length} that lie elsewhere`);
      } finally {
        progress.end();
      }
    }
    if (json) print(JSON.stringify(results, null, 2));
    return EXIT.fine;
  });
}

function chosen(names: readonly string[]): readonly Download[] {
  if (names.includes('all')) return CATALOGUE;
  return [...new Set(names)].map((name) => {
    const found = CATALOGUE.find((item) => item.name === name);
    if (found) return found;
    const known = CATALOGUE.map((item) => item.name);
    const guess = nearest(name, known);
    const hint = guess === undefined ? `There is ${known.join(', ')}.` : `Did you mean "${guess}"?`;
    throw new RunError('bad-option', `There is no download "${name}"`, { hint });
  });
}

async function list(root: string | undefined, json: boolean): Promise<number> {
  const { isThere } = await import('../../runtime/download/download.ts');
  const items = await Promise.all(
    CATALOGUE.map(async (item) => {
      const sizes = item.files.map(({ bytes }) => bytes);
      const bytes = sizes.reduce<number | undefined>(
        (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
        0,
      );
      return { ...item, bytes, there: await isThere(item, root) };
    }),
  );
  if (json) {
    print(JSON.stringify(items, null, 2));
    return EXIT.fine;
  }
  for (const { name, title, licence, files, bytes, into, there } of items) {
    const size = bytes === undefined ? 'size known to the server' : formatBytes(bytes);
    const checked = files.every(({ sha256 }) => sha256 !== undefined);
    const where = 'file' in into ? into.file : into.folders.map((folder) => `${folder}/`).join(', ');
    print(`${name}${there ? ' (is there)' : ''}: ${title}`);
    print(
      columns([
        ['  into', where],
        ['  size', `${size}, ${checked ? 'checksum known' : 'no checksum is published'}`],
        ['  terms', licence],
        ...files.map(({ url }) => ['  from', url]),
      ]),
    );
  }
  print('\nFetch them with: gan2shape download NAME...');
  return EXIT.fine;
}

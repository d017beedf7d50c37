import os from 'node:os';
import { Command } from 'commander';
import { action, columns, print } from '../action.ts';
import { EXIT } from '../errors.ts';
import { installedVersion, packageVersion } from '../package.ts';

/** Packages whose version explains how a run behaves. */
const PACKAGES = [
  '@tensorflow/tfjs-core',
  'onnxruntime-node',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'sharp',
];

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('say which engines work here and why others do not, with versions')
    .addHelpText('after', '\nExamples:\n  $ gan2shape doctor\n  $ gan2shape doctor --json');
  return action(command, async (_, { json }) => {
    const { describeEngines } = await import('../../runtime/engine/index.ts');
    const engines = await describeEngines();
    const versions = {
      gan2shape: packageVersion(),
      node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, installedVersion(name) ?? 'not installed'])),
    };
    const machine = {
      platform: `${os.platform()} ${os.arch()} ${os.release()}`,
      processor: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
    };
    const taken = engines.find(({ usable }) => usable)?.engine;
    if (json) print(JSON.stringify({ machine, versions, engines, auto: taken ?? null }, null, 2));
    else {
      print(
        `${machine.processor}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB, ${machine.platform}\n`,
      );
      print(`Engines (--engine auto takes ${taken ?? 'none'})`);
      print(
        columns(engines.map(({ engine, usable, detail }) => [`  ${usable ? 'yes' : 'no'}`, engine, detail])),
      );
      print('\nVersions');
      print(columns(Object.entries(versions).map(([name, version]) => [`  ${name}`, version])));
    }
    return taken === undefined ? EXIT.failed : EXIT.fine;
  });
}

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from '../../../cli/program.ts';

const command = createProgram().commands.find((one) => one.name() === 'eval');
const flags = new Set(command?.options.map(({ long }) => long));

it.each(['docs/evaluation.md', '.github/workflows/depth.yml'])(
  'every command in %s has options that exist',
  (file) => {
    const lines = readFileSync(file, 'utf8').match(/gan2shape eval .+/g) ?? [];
    const calls = lines.filter((line) => line.includes('--'));
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) for (const [flag] of call.matchAll(/--[a-z-]+/g)) expect(flags).toContain(flag);
  },
);

it('the documentation has every option of its own, and shows the step of the workflow', () => {
  const docs = readFileSync('docs/evaluation.md', 'utf8');
  for (const flag of flags) if (flag !== '--debug') expect(docs).toContain(`\`${flag}\``);
  const [step] = readFileSync('.github/workflows/depth.yml', 'utf8').match(/run: npx gan2shape .+/) ?? [];
  expect(docs).toContain(step);
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../runtime/formats/index.ts';
import type { GoldenCase, TensorEntry } from '../fixture.ts';
import type { CaseHandler } from './handler.ts';

/** Files of torch.save in both formats; each has to give the stored values. */
export const checkpointFiles: CaseHandler = {
  family: 'pt-files',
  matches: (golden) => golden.reference.includes('torch.save') && checkpointsOf(golden).length > 0,

  async run(golden, check) {
    for (const file of checkpointsOf(golden)) {
      const checkpoint = await openCheckpoint(join(golden.folder, file));
      try {
        const tensors = checkpoint.tensors();
        // A file is one tensor, called like the file, or a dict that holds them by name.
        const single = tensors.length === 1 && tensors[0]?.name === '';
        const expected = single
          ? inFile(golden, file)
          : golden.tensors.filter(({ name }) => name.startsWith('tensor:'));
        if (expected.length === 0) throw new Error(`nothing is stored for ${file}`);
        for (const entry of expected) {
          const name = single ? '' : storedName(entry);
          const dtype = entry.dtype === 'int32' ? 'int32' : 'float32';
          const { data, shape } = await (dtype === 'int32'
            ? checkpoint.read(name, { dtype })
            : checkpoint.read(name, { dtype }));
          const dtypeInFile = /dtype in the file torch\.(\w+)/.exec(entry.note ?? '')?.[1];
          const found = checkpoint.find(name)?.dtype;
          if (dtypeInFile && dtypeInFile !== found)
            throw new Error(`${file}: ${name} is ${found}, not ${dtypeInFile}`);
          // Scalars are stored with the shape [1].
          check.values(entry.name, { values: data, shape: shape.length === 0 ? [1] : shape });
        }
      } finally {
        checkpoint.close();
      }
    }
  },
};

function checkpointsOf(golden: GoldenCase): string[] {
  return readdirSync(golden.folder)
    .filter((file) => /\.pth?$/.test(file))
    .sort();
}

/** Stored arrays whose name is the beginning of a file's. */
function inFile(golden: GoldenCase, file: string): TensorEntry[] {
  return golden.tensors.filter(({ name }) => file.startsWith(name));
}

/** The key of a stored array `tensor:KEY`, which is below `tensors` unless it says where. */
function storedName({ name }: TensorEntry): string {
  const key = name.slice('tensor:'.length);
  return key.includes('.') ? key : `tensors.${key}`;
}

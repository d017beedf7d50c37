/** A linear map from `columns` samples to `rows` samples, in row order. */
export interface InterpolationMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Whether the outermost samples or the outermost edges of the two rasters coincide. */
export interface BilinearOptions {
  /** True: samples coincide (PyTorch's `align_corners=True`); default false: edges do. */
  readonly alignCorners?: boolean;
}

/** Linear interpolation between samples, constant beyond the outermost ones. */
export function bilinearMatrix(
  input: number,
  output: number,
  options: BilinearOptions = {},
): InterpolationMatrix {
  const scale = options.alignCorners ? (output > 1 ? (input - 1) / (output - 1) : 0) : input / output;
  return matrix(input, output, (i, add) => {
    const position = options.alignCorners ? i * scale : Math.max((i + 0.5) * scale - 0.5, 0);
    const lower = Math.min(Math.floor(position), input - 1);
    const share = Math.min(position - lower, 1);
    add(lower, 1 - share);
    add(Math.min(lower + 1, input - 1), share);
  });
}

/** The mean over floor(i·in/out) … ceil((i+1)·in/out) − 1: adaptive average pooling. */
export function areaMatrix(input: number, output: number): InterpolationMatrix {
  return matrix(input, output, (i, add) => {
    const start = Math.floor((i * input) / output);
    const end = Math.ceil(((i + 1) * input) / output);
    for (let k = start; k < end; k++) add(k, 1 / (end - start));
  });
}

/** The sample at floor(i·in/out), with PyTorch's rounding to single precision. */
export function nearestMatrix(input: number, output: number): InterpolationMatrix {
  const scale = Math.fround(input / output);
  return matrix(input, output, (i, add) => add(Math.min(Math.floor(Math.fround(i * scale)), input - 1), 1));
}

/** The matrix of the opposite direction, which carries gradients back. */
export function transposed({ rows, columns, data }: InterpolationMatrix): InterpolationMatrix {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) result[k * rows + i] = data[i * columns + k] as number;
  }
  return { rows: columns, columns: rows, data: result };
}

type Add = (column: number, weight: number) => void;

function matrix(input: number, output: number, fill: (row: number, add: Add) => void): InterpolationMatrix {
  const data = new Float32Array(output * input);
  for (let i = 0; i < output; i++) {
    fill(i, (k, weight) => {
      data[i * input + k] = (data[i * input + k] as number) + weight;
    });
  }
  return { rows: output, columns: input, data };
}

import type { Tensor as OrtTensor } from 'onnxruntime-common';
import type { Session, SessionOptions } from '../session.ts';
import { type TorchProcess, torchProcess } from './process.ts';

type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** A tensor in the memory of the process that runs PyTorch; has what the engine uses of ONNX Runtime's GPU tensors. */
class RemoteTensor {
  readonly location = 'gpu-buffer';

  constructor(
    readonly type: ElementType,
    readonly dims: readonly number[],
    readonly handle: number,
  ) {}

  dispose(): void {
    released.push(this.handle);
  }
}

/** Tensors that may go; told with the next run. */
const released: number[] = [];

const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array } as const;

type Feed = readonly [name: string, type: ElementType | 'handle', shape: readonly number[], handle: number];
type Output = readonly [type: ElementType, shape: readonly number[], handle: number | null];

/** Loads a model into the process that runs PyTorch. @throws Error with what PyTorch says */
export function createTorchSession(
  model: Uint8Array,
  { threads, onDevice = [] }: SessionOptions,
  toTensor: (type: ElementType, data: unknown, shape: readonly number[]) => OrtTensor,
): Session {
  const torch = torchProcess(threads);
  const { session } = torch.call<{ session: number }>({ op: 'load' }, [model]).header;
  return {
    run: (feeds, fetches) => run(torch, session, { feeds, fetches, onDevice, toTensor }),
    endProfiling: () => {},
    dispose: () => {
      torch.call({ op: 'dispose', session });
    },
  };
}

interface Run {
  readonly feeds: Readonly<Record<string, OrtTensor>>;
  readonly fetches: Readonly<Record<string, OrtTensor | null>>;
  readonly onDevice: readonly string[];
  toTensor(type: ElementType, data: unknown, shape: readonly number[]): OrtTensor;
}

function run(
  torch: TorchProcess,
  session: number,
  { feeds, fetches, onDevice, toTensor }: Run,
): Record<string, OrtTensor> {
  const described: Feed[] = [];
  const parts: Uint8Array[] = [];
  for (const [name, tensor] of Object.entries(feeds)) {
    if (tensor instanceof RemoteTensor) {
      described.push([name, 'handle', [], tensor.handle]);
      continue;
    }
    const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
    described.push([name, tensor.type as ElementType, tensor.dims, 0]);
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  const names = Object.keys(fetches);
  const free = released.splice(0);
  const request = { op: 'run', session, feeds: described, fetches: names, keep: onDevice, free };
  const { header, rest } = torch.call<{ outputs: readonly Output[] }>(request, parts);
  return Object.fromEntries(
    header.outputs.map(([type, shape, handle], i) => {
      const tensor =
        handle === null ? fetched(type, shape, rest, toTensor) : new RemoteTensor(type, shape, handle);
      return [names[i] as string, tensor as OrtTensor];
    }),
  );
}

function fetched(
  type: ElementType,
  shape: readonly number[],
  rest: (size: number) => Buffer,
  toTensor: Run['toTensor'],
): OrtTensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const bytes = rest(size * ARRAYS[type].BYTES_PER_ELEMENT);
  return toTensor(type, new ARRAYS[type](bytes.buffer as ArrayBuffer, bytes.byteOffset, size), shape);
}

import type { Tensor as OrtTensor } from 'onnxruntime-common';

/** The provider that runs sessions, and how. */
export interface ProviderOptions {
  readonly provider: Provider;
  /** Threads of one operator on the CPU; 0 lets ONNX Runtime take every core. */
  readonly threads: number;
  /** Fail rather than let the CPU run operators that the provider has no kernel for. Default false. */
  readonly strict?: boolean;
}

/** Who computes: a provider of ONNX Runtime, or PyTorch in a process of its own. */
export type Provider = 'cpu' | 'webgpu' | 'cuda' | 'torch';

export interface SessionOptions extends ProviderOptions {
  /** Outputs that stay in the provider's memory. */
  readonly onDevice?: readonly string[];
  /** File name prefix of the profile that `endProfiling` writes. */
  readonly profile?: string;
}

/** A loaded model. `run` is synchronous: engines live in a worker thread, and TensorFlow.js reads synchronously. */
export interface Session {
  /** `fetches` names the outputs; a tensor beside a name is where that output is written. */
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ): Record<string, OrtTensor>;
  endProfiling(): void;
  dispose(): void;
}

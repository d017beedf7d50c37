import { readFileSync } from 'node:fs';

/** A compiled module; threads may share it. */
export type WasmModule = object;

/** A linear memory. Growing an unshared one detaches its buffer. */
export interface WasmMemory<Buffer extends ArrayBufferLike = ArrayBufferLike> {
  readonly buffer: Buffer;
  grow(pages: number): number;
}

interface MemoryLimits {
  readonly initial: number;
  readonly maximum: number;
  readonly shared?: boolean;
}

/** The part of WebAssembly's interface used here; the types of Node leave it out. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: unknown };
  Memory: new (limits: MemoryLimits) => WasmMemory;
}

const { Module, Instance, Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65_536;

/** Compiles one of the modules that the build puts beside this file. */
export function loadModule(name: 'kernels' | 'raster'): WasmModule {
  const url = new URL(`./${name}.wasm`, import.meta.url);
  try {
    return new Module(readFileSync(url));
  } catch (cause) {
    throw new Error(`${name}.wasm does not load; \`npm run build\` makes it`, { cause });
  }
}

/** A memory of its own, of which views can be handed out. */
export function createMemory(limits: { initial: number; maximum: number }): WasmMemory<ArrayBuffer> {
  return new Memory(limits) as WasmMemory<ArrayBuffer>;
}

/** A memory that several threads work on. */
export function createSharedMemory(limits: {
  initial: number;
  maximum: number;
}): WasmMemory<SharedArrayBuffer> {
  return new Memory({ ...limits, shared: true }) as WasmMemory<SharedArrayBuffer>;
}

/** The functions of a module over a memory. `Exports` is the caller's claim, checked by nothing but tests. */
export function instantiate<Exports>(module: WasmModule, memory: WasmMemory): Exports {
  return new Instance(module, { env: { memory } }).exports as Exports;
}

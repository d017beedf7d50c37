import { readdirSync, readFileSync } from 'node:fs';
import type { Provider } from './session.ts';

/** Files that Vulkan drivers consist of on Linux, and what they drive. */
const VULKAN_DRIVERS: readonly (readonly [RegExp, string])[] = [
  [/libGLX_nvidia|libnvidia-vulkan/, 'NVIDIA'],
  [/libvulkan_radeon|amdvlk/, 'AMD'],
  [/libvulkan_intel/, 'Intel'],
  [/libvulkan_nouveau/, 'Nouveau'],
  [/libvulkan_asahi/, 'Asahi'],
  [/libvulkan_virtio/, 'Virtio'],
  [/libvk_swiftshader/, 'SwiftShader (software)'],
  [/libvulkan_lvp/, 'llvmpipe (software)'],
];

/**
 * What the provider that this process has just started runs on, as far as the system tells; ONNX Runtime does not.
 * On Linux the Vulkan loader keeps every driver loaded, so several may be named.
 */
export function driverName(provider: Provider): string {
  if (provider === 'cuda') return ['CUDA', ...nvidiaModels()].join(', ');
  if (process.platform === 'darwin') return 'Metal';
  if (process.platform === 'win32') return 'Direct3D 12';
  const maps = read('/proc/self/maps');
  const drivers = VULKAN_DRIVERS.filter(([file]) => file.test(maps)).map(([, name]) => name);
  return ['Vulkan', ...drivers, ...(drivers.includes('NVIDIA') ? nvidiaModels() : [])].join(', ');
}

function nvidiaModels(): string[] {
  const folder = '/proc/driver/nvidia/gpus';
  try {
    return readdirSync(folder).flatMap((gpu) => {
      const model = /^Model:\s*(.+)$/m.exec(read(`${folder}/${gpu}/information`))?.[1];
      return model ? [model.trim()] : [];
    });
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';

/** The part of the engine that the harness needs. */
interface Engine {
  useEngine?: (name: string) => Promise<unknown>;
}

/** Registers the engine called `name`, makes it current and returns the name of its backend. */
export async function startBackend(name: string): Promise<string> {
  if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
  } else {
    const { useEngine: start } = (await import('../../runtime/engine/index.ts')) as Engine;
    if (start === undefined) throw new Error(`runtime/engine has no useEngine to start '${name}'`);
    await start(name);
  }
  await tf.ready();
  return tf.getBackend();
}

/** Registers the project's gradients, which repair and complete those of tfjs. */
export async function registerProjectGradients(): Promise<void> {
  const path = new URL('../../runtime/engine/gradients/index.ts', import.meta.url);
  if (!existsSync(path)) return;
  const { registerGradients } = (await import(path.href)) as { registerGradients: () => void };
  registerGradients();
}

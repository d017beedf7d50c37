import type { Tensor as OrtTensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { endingAfterOutputs } from '../../runtime/engine/onnx/session-end.ts';

/** A session whose output `device` stays in its memory, and what became of it. */
function fake() {
  const told: string[] = [];
  const output = (location: string) => ({ location, dispose: () => told.push(location) });
  const session = endingAfterOutputs({
    run: () =>
      ({ device: output('gpu-buffer'), host: output('cpu') }) as unknown as Record<string, OrtTensor>,
    endProfiling: () => told.push('profile'),
    dispose: () => told.push('session'),
  });
  const device = () => session.run({}, {}).device as OrtTensor;
  return { session, device, told };
}

describe('endingAfterOutputs', () => {
  it('ends at once when nothing is left in the memory of the device', () => {
    const { session, device, told } = fake();
    device().dispose();
    session.dispose();
    expect(told).toEqual(['gpu-buffer', 'session']);
  });

  it('ends after the last output, once', () => {
    const { session, device, told } = fake();
    const [first, second] = [device(), device()];
    session.dispose();
    session.dispose();
    first.dispose();
    first.dispose();
    expect(told).not.toContain('session');
    second.dispose();
    second.dispose();
    expect(told.filter((event) => event === 'session')).toHaveLength(1);
    expect(told.indexOf('session')).toBeGreaterThan(1);
  });

  it('passes profiling on', () => {
    const { session, told } = fake();
    session.endProfiling();
    expect(told).toEqual(['profile']);
  });
});

import type { Tensor as OrtTensor } from 'onnxruntime-common';
import type { Session } from '../session.ts';

/**
 * The session, ending after the last of its outputs in the provider's memory. ONNX Runtime gives such memory back
 * through the session that took it, and would look into what is no longer there: disposed of too early, the session
 * stays until they are.
 */
export function endingAfterOutputs(session: Session): Session {
  const held = new Set<OrtTensor>();
  let ended = false;
  const endIfDone = () => {
    if (ended && held.size === 0) session.dispose();
  };

  function hold(tensor: OrtTensor): void {
    const free = tensor.dispose.bind(tensor);
    held.add(tensor);
    tensor.dispose = () => {
      free();
      if (held.delete(tensor)) endIfDone();
    };
  }

  return {
    run(feeds, fetches) {
      const results = session.run(feeds, fetches);
      for (const tensor of Object.values(results)) if (tensor.location === 'gpu-buffer') hold(tensor);
      return results;
    },
    endProfiling: () => session.endProfiling(),
    dispose() {
      if (ended) return;
      ended = true;
      endIfDone();
    },
  };
}

/** Convolutions and their gradients for PyTorch, which has a kernel for each: nothing to lower, whatever the shape. */
import { emit, type Value } from '../graph.ts';
import { type ConvGeometry, convAttributes, isFull } from './conv-geometry.ts';

/** Whether one of these is meant rather than the forms that are fast on ONNX Runtime; full ones are products anyway. */
export function isForTorch(provider: string, g: ConvGeometry, groups = 1): boolean {
  return provider === 'torch' && groups === 1 && !isFull(g);
}

export function torchConvolution(x: Value, filter: Value, g: ConvGeometry): Value {
  const shape = [x.shape[0] as number, filter.shape[0] as number, ...g.output];
  return emit('Conv', [x, filter], { shape, type: 'float32', attributes: convAttributes(g) });
}

/** Gradient with respect to the input, [B, channels, H, W]. */
export function torchInputGradient(dy: Value, filter: Value, g: ConvGeometry, channels: number): Value {
  const shape = [dy.shape[0] as number, channels, ...g.input];
  const attributes = { ...convAttributes(g), input_shape: shape };
  return emit('ConvInputGradient', [dy, filter], { shape, type: 'float32', attributes, domain: 'gan2shape' });
}

/** Gradient with respect to the filter, [O, C, kh, kw]. */
export function torchFilterGradient(x: Value, dy: Value, g: ConvGeometry): Value {
  const shape = [dy.shape[1] as number, x.shape[1] as number, ...g.kernel];
  const attributes = { ...convAttributes(g), filter_shape: shape };
  return emit('ConvFilterGradient', [x, dy], { shape, type: 'float32', attributes, domain: 'gan2shape' });
}

/** Convolutions as ONNX operators, NCHW and OIHW. Forms and rules: see conv-gradients.ts. */
import { emit, type Value } from '../graph.ts';
import { reshaped, transposed } from '../sym.ts';
import { area, type ConvGeometry, convAttributes, isDense, isFull } from './conv-geometry.ts';
import { matMul } from './conv-gradients.ts';
import { patches, sliced, zeroPadded } from './patches.ts';

/** Convolution in `groups` groups, [B, O, h, w]. */
export function convolution(x: Value, filter: Value, g: ConvGeometry, groups: number): Value {
  const [batch, channels] = x.shape as [number, number];
  const [filters] = filter.shape as [number];
  const shape = [batch, filters, ...g.output];
  const taps = area(g.kernel);
  if (groups === 1 && isFull(g)) {
    return reshaped(
      matMul(
        reshaped(x, [batch, channels * taps]),
        transposed(reshaped(filter, [filters, channels * taps]), [1, 0]),
      ),
      shape,
    );
  }
  if (groups === 1 && isDense(g) && filters <= 4 && taps > 1 && channels >= 16) return byTap(x, filter, g);
  if (groups === 1 && batch > 1 && g.strides[0] === 2 && area(g.output) <= 64 && channels >= 64) {
    return reshaped(matMul(reshaped(filter, [1, filters, channels * taps]), patches(x, g)), shape);
  }
  return emit('Conv', [x, filter], { shape, type: 'float32', attributes: convAttributes(g, groups) });
}

/** For few filters: all taps as one product per pixel, then shifted and summed. */
function byTap(x: Value, filter: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const [filters] = filter.shape as [number];
  const taps = area(g.kernel);
  const weights = reshaped(transposed(reshaped(filter, [filters, channels, taps]), [2, 0, 1]), [
    1,
    taps * filters,
    channels,
  ]);
  const maps = matMul(weights, reshaped(x, [batch, channels, area(g.input)]));
  const padded = zeroPadded(reshaped(maps, [batch, taps * filters, ...g.input]), g.pads);
  const shifted = Array.from({ length: taps }, (_, tap) => {
    const own = sliced(padded, 1, tap * filters, (tap + 1) * filters, 1);
    const [row, column] = [Math.floor(tap / g.kernel[1]), tap % g.kernel[1]];
    return sliced(sliced(own, 2, row, row + g.output[0], 1), 3, column, column + g.output[1], 1);
  });
  return emit('Sum', shifted, { shape: [batch, filters, ...g.output], type: 'float32' });
}

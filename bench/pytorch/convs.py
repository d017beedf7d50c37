"""Time forward, input gradient and filter gradient of each distinct convolution of the encoder-decoder."""

import torch
from torch.nn import functional as F

from common import measure, options, report
from layers import ENCODER_DECODER, output_size


def shapes(rows):
    """Distinct (kind, cin, cout, kernel, stride, padding, side of the input); 'up' counts as its convolution."""
    size, found = 64, {}
    for row in rows:
        kind, cin, cout, kernel, stride, padding, _, _ = row
        side = 2 * size if kind == 'up' else size
        name = 'deconv' if kind == 'deconv' else 'conv'
        found[(name, cin, cout, kernel, stride, padding, side)] = None
        size = output_size(row, size)
    return list(found)


def bench(shape, batch, warmup, iterations):
    kind, cin, cout, kernel, stride, padding, side = shape
    transposed = kind == 'deconv'
    operation = F.conv_transpose2d if transposed else F.conv2d
    x = torch.randn(batch, cin, side, side)
    w = torch.randn(*((cin, cout) if transposed else (cout, cin)), kernel, kernel)
    y = operation(x, w, stride=stride, padding=padding)
    dy = torch.randn_like(y)

    def backward(wanted):
        torch.ops.aten.convolution_backward(
            dy, x, w, None, [stride] * 2, [padding] * 2, [1, 1], transposed, [0, 0], 1, wanted
        )

    report(
        bench='convs', kind=kind, batch=batch, cin=cin, cout=cout, kernel=kernel, stride=stride, side=side,
        gflop=round(2 * w.numel() * batch * (side if transposed else y.shape[2]) ** 2 / 1e9, 4),
        forward=measure(lambda: operation(x, w, stride=stride, padding=padding), warmup, iterations),
        input_gradient=measure(lambda: backward([True, False, False]), warmup, iterations),
        filter_gradient=measure(lambda: backward([False, True, False]), warmup, iterations),
    )


if __name__ == '__main__':
    chosen = options(__doc__, batch=[1, 8])
    with torch.no_grad():
        for batch in chosen.batch:
            for shape in shapes(ENCODER_DECODER):
                bench(shape, batch, chosen.warmup, chosen.iterations)

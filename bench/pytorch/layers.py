"""The encoder-decoder of the depth network at image size 64, as one table.

Row: (kind, input channels, output channels, kernel, stride, padding, norm groups or 0, negative slope or None).
Kinds: 'conv', 'deconv' (transposed convolution) and 'up' (nearest-neighbour doubling, then convolution).
No convolution has a bias; group norms are affine with epsilon 1e-5; a slope of 0 is ReLU, None is the linear output.
"""

from torch import nn

ENCODER_DECODER = [
    ('conv', 3, 64, 4, 2, 1, 16, 0.2),
    ('conv', 64, 128, 4, 2, 1, 32, 0.2),
    ('conv', 128, 256, 4, 2, 1, 64, 0.2),
    ('conv', 256, 512, 4, 2, 1, 0, 0.2),
    ('conv', 512, 256, 4, 1, 0, 0, 0.0),
    ('deconv', 256, 512, 4, 1, 0, 0, 0.0),
    ('conv', 512, 512, 3, 1, 1, 0, 0.0),
    ('deconv', 512, 256, 4, 2, 1, 64, 0.0),
    ('conv', 256, 256, 3, 1, 1, 64, 0.0),
    ('deconv', 256, 128, 4, 2, 1, 32, 0.0),
    ('conv', 128, 128, 3, 1, 1, 32, 0.0),
    ('deconv', 128, 64, 4, 2, 1, 16, 0.0),
    ('conv', 64, 64, 3, 1, 1, 16, 0.0),
    ('up', 64, 64, 3, 1, 1, 16, 0.0),
    ('conv', 64, 64, 5, 1, 2, 16, 0.0),
    ('conv', 64, 1, 5, 1, 2, 0, None),
]


def output_size(row, size):
    """Side length after the row's layer for an input of the given side length."""
    kind, _, _, kernel, stride, padding, _, _ = row
    if kind == 'deconv':
        return (size - 1) * stride - 2 * padding + kernel
    size = 2 * size if kind == 'up' else size
    return (size + 2 * padding - kernel) // stride + 1


def build(rows=ENCODER_DECODER):
    """The network of the rows as a sequence of modules; takes [B, 3, 64, 64], gives [B, 1, 64, 64]."""
    modules = []
    for kind, cin, cout, kernel, stride, padding, groups, slope in rows:
        if kind == 'up':
            modules.append(nn.Upsample(scale_factor=2, mode='nearest'))
        convolution = nn.ConvTranspose2d if kind == 'deconv' else nn.Conv2d
        modules.append(convolution(cin, cout, kernel, stride, padding, bias=False))
        if groups > 0:
            modules.append(nn.GroupNorm(groups, cout))
        if slope is not None:
            modules.append(nn.LeakyReLU(slope, inplace=True) if slope > 0 else nn.ReLU(inplace=True))
    return nn.Sequential(*modules)

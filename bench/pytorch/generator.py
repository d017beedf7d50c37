"""Time a frozen StyleGAN2 generator (128 x 128, config-e): forward from w, and the gradient of the image to w.

Plain PyTorch only: one filter per sample (grouped convolutions), depthwise blur, no compiled extension.
The weights are random; the arithmetic does not depend on them.
"""

import math

import torch
from torch.nn import functional as F

from common import measure, options, report

LATENT = 512
WIDTH = {4: 512, 8: 512, 16: 512, 32: 512, 64: 256, 128: 128}
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
BLUR = 4 * torch.outer(TAPS, TAPS)  # a gain of 4 makes up for the zeros that doubling inserts


def blur(x, before, after):
    """Zero-pad both axes and filter every channel with BLUR (symmetric, so correlation equals convolution)."""
    batch, channels, height, width = x.shape
    planes = F.pad(x.reshape(batch * channels, 1, height, width), [before, after, before, after])
    return F.conv2d(planes, BLUR[None, None]).reshape(batch, channels, height + before + after - 3, -1)


def double(x):
    """Twice the resolution: a zero after each sample on both axes, then the blur with padding 2 and 1."""
    batch, channels, height, width = x.shape
    spread = F.pad(x[:, :, :, None, :, None], [0, 1, 0, 0, 0, 1])
    return blur(spread.reshape(batch, channels, 2 * height, 2 * width), 2, 1)


class Modulated:
    """A convolution whose filters are scaled per sample by a style, and normalised unless demodulate is false."""

    def __init__(self, cin, cout, kernel, up=False, demodulate=True):
        self.filters = torch.randn(cout, cin, kernel, kernel) / math.sqrt(cin * kernel**2)
        self.style_weight = torch.randn(cin, LATENT) / math.sqrt(LATENT)
        self.style_bias = torch.ones(cin)
        self.up, self.demodulate = up, demodulate

    def __call__(self, x, w):
        batch, cin, height, width = x.shape
        cout, _, kernel, _ = self.filters.shape
        style = F.linear(w, self.style_weight, self.style_bias)
        filters = self.filters[None] * style[:, None, :, None, None]
        if self.demodulate:
            filters = filters * torch.rsqrt(filters.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8)
        stacked = x.reshape(1, batch * cin, height, width)
        if self.up:
            swapped = filters.transpose(1, 2).reshape(batch * cin, cout, kernel, kernel)
            y = F.conv_transpose2d(stacked, swapped, stride=2, groups=batch)
            return blur(y.reshape(batch, cout, 2 * height + 1, 2 * width + 1), 1, 1)
        y = F.conv2d(stacked, filters.reshape(batch * cout, cin, kernel, kernel), padding=kernel // 2, groups=batch)
        return y.reshape(batch, cout, height, width)


class Styled:
    """Modulated 3 x 3 convolution, fixed noise, bias, leaky ReLU of slope 0.2 times the square root of 2."""

    def __init__(self, cin, cout, resolution, up=False):
        self.convolution = Modulated(cin, cout, 3, up=up)
        self.noise = 0.1 * torch.randn(1, 1, resolution, resolution)
        self.bias = torch.zeros(1, cout, 1, 1)

    def __call__(self, x, w):
        return math.sqrt(2) * F.leaky_relu(self.convolution(x, w) + self.noise + self.bias, 0.2)


class Generator:
    """From w [B, 512] to an image [B, 3, 128, 128]; every layer reads the same w."""

    def __init__(self):
        self.constant = torch.randn(1, WIDTH[4], 4, 4)
        self.first = Styled(WIDTH[4], WIDTH[4], 4)
        self.rgb = [Modulated(width, 3, 1, demodulate=False) for width in WIDTH.values()]
        self.rgb_bias = torch.zeros(1, 3, 1, 1)
        self.blocks = []
        for resolution in list(WIDTH)[1:]:
            cin, cout = WIDTH[resolution // 2], WIDTH[resolution]
            self.blocks.append((Styled(cin, cout, resolution, up=True), Styled(cout, cout, resolution)))

    def __call__(self, w):
        x = self.first(self.constant.repeat(len(w), 1, 1, 1), w)
        image = self.rgb[0](x, w) + self.rgb_bias
        for (up, same), rgb in zip(self.blocks, self.rgb[1:]):
            x = same(up(x, w), w)
            image = double(image) + rgb(x, w) + self.rgb_bias
        return image


def bench(batch, warmup, iterations):
    generator = Generator()
    w = torch.randn(batch, LATENT, requires_grad=True)
    weights = torch.randn(batch, 3, 128, 128)

    def forward():
        with torch.no_grad():
            generator(w)

    def gradient():
        w.grad = None
        (generator(w) * weights).sum().backward()

    report(
        bench='generator',
        batch=batch,
        forward=measure(forward, warmup, iterations),
        forward_backward=measure(gradient, warmup, iterations),
    )


if __name__ == '__main__':
    chosen = options(__doc__, batch=[16])
    for size in chosen.batch:
        bench(size, chosen.warmup, chosen.iterations)

"""Networks of the method with random weights, as plain PyTorch modules."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from generator import TAPS, WIDTH


def conv(cin, cout, kernel, stride=1, padding=0, bias=False):
    return nn.Conv2d(cin, cout, kernel, stride, padding, bias=bias)


def widths(size, first):
    """Channels after each of the layers that halve an image until it has 4 x 4 pixels."""
    return [first * 2**i for i in range(int(math.log2(size)) - 2)]


def encoder_decoder(size, out, first, groups, latent=256):
    """An image to a map of its size: depth (out 1) and albedo (out 3)."""
    levels = widths(size, first)
    layers = []
    for i, width in enumerate(levels):
        layers.append(conv(levels[i - 1] if i else 3, width, 4, 2, 1))
        if i < len(levels) - 1:
            layers.append(nn.GroupNorm(groups * 2**i, width))
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    deepest = levels[-1]
    layers += [conv(deepest, latent, 4), nn.ReLU(inplace=True)]
    layers += [nn.ConvTranspose2d(latent, deepest, 4, bias=False), nn.ReLU(inplace=True)]
    layers += [conv(deepest, deepest, 3, 1, 1), nn.ReLU(inplace=True)]

    def normed(convolution, width, count):
        return [convolution, nn.GroupNorm(count, width), nn.ReLU(inplace=True)]

    for i in reversed(range(len(levels) - 1)):
        width, count = levels[i], groups * 2**i
        layers += normed(nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), width, count)
        layers += normed(conv(width, width, 3, 1, 1), width, count)
    layers += [nn.Upsample(scale_factor=2, mode='nearest')]
    layers += normed(conv(first, first, 3, 1, 1), first, groups)
    layers += normed(conv(first, first, 5, 1, 2), first, groups)
    return nn.Sequential(*layers, conv(first, out, 5, 1, 2), *([nn.Tanh()] if out == 3 else []))


def encoder(size, out, first):
    """An image to a vector: view (out 6) and light (out 4)."""
    layers, cin = [], 3
    for width in widths(size, first):
        layers += [conv(cin, width, 4, 2, 1), nn.ReLU(inplace=True)]
        cin = width
    layers += [conv(cin, cin, 4), nn.ReLU(inplace=True), conv(cin, out, 1), nn.Tanh()]
    return nn.Sequential(*layers, nn.Flatten())


class ResidualDown(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.first, self.second = conv(cin, cout, 3, 2, 1), conv(cout, cout, 3, 1, 1)
        self.shortcut = conv(cin, cout, 1, bias=True)

    def forward(self, x):
        x = F.relu(x)
        return self.second(F.relu(self.first(x))) + self.shortcut(F.avg_pool2d(x, 2))


def residual_encoder(size, out, first=32):
    """An image to an offset of the latent."""
    levels = widths(size, first)
    blocks = [ResidualDown(a, b) for a, b in zip(levels, levels[1:])]
    deepest = levels[-1]
    head = [nn.ReLU(), conv(deepest, 2 * deepest, 4), nn.ReLU(), conv(2 * deepest, out, 1), nn.Flatten()]
    return nn.Sequential(conv(3, first, 4, 2, 1), *blocks, *head)


class Perceptual(nn.Module):
    """LPIPS: squared differences of VGG16's unit features, weighted by channel, averaged over pixels."""

    STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))

    def __init__(self):
        super().__init__()
        stages, cin = [], 3
        for i, stage in enumerate(self.STAGES):
            layers = [nn.MaxPool2d(2)] if i else []
            for width in stage:
                layers += [conv(cin, width, 3, 1, 1, bias=True), nn.ReLU(inplace=True)]
                cin = width
            stages.append(nn.Sequential(*layers))
        self.stages = nn.ModuleList(stages)
        self.heads = nn.ParameterList([torch.rand(stage[-1]) / stage[-1] for stage in self.STAGES])

    def features(self, x):
        for stage in self.stages:
            x = stage(x)
            yield x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)

    def forward(self, image, target):
        """Distances [k B] of k B images to B targets."""
        with torch.no_grad():
            wanted = list(self.features(target))
        total = 0
        for found, other, head in zip(self.features(image), wanted, self.heads):
            other = other.repeat(len(found) // len(other), 1, 1, 1)
            total = total + torch.einsum('bchw,c->b', (found - other).square(), head) / found[0, 0].numel()
        return total


class DiscriminatorFeatures(nn.Module):
    """What the first four residual blocks of StyleGAN2's discriminator (128 x 128, config-e) give."""

    def __init__(self, count=4):
        super().__init__()
        self.start = conv(3, WIDTH[128], 1, bias=True)
        sizes = [128 // 2**i for i in range(count + 1)]
        self.blocks = nn.ModuleList(
            nn.ModuleDict({
                'same': conv(WIDTH[a], WIDTH[a], 3, 1, 1, bias=True),
                'down': conv(WIDTH[a], WIDTH[b], 3, 2, bias=True),
                'skip': conv(WIDTH[a], WIDTH[b], 1, 2),
            })
            for a, b in zip(sizes, sizes[1:])
        )

    def forward(self, x):
        x = self.activate(self.start(x))
        found = []
        for block in self.blocks:
            main = self.activate(block['down'](self.blur(self.activate(block['same'](x)), 2)))
            x = (main + block['skip'](self.blur(x, 1))) / math.sqrt(2)
            found.append(x)
        return found

    @staticmethod
    def activate(x):
        return math.sqrt(2) * F.leaky_relu(x, 0.2)

    @staticmethod
    def blur(x, padding):
        batch, channels, height, width = x.shape
        planes = F.pad(x.reshape(batch * channels, 1, height, width), [padding] * 4)
        y = F.conv2d(planes, torch.outer(TAPS, TAPS)[None, None])
        return y.reshape(batch, channels, *y.shape[2:])

"""Time iterations of the method's steps 1, 2 and 3 at an official configuration: GAN 128 x 128 config-e, batch 16.

Plain PyTorch, random weights: the arithmetic does not depend on them. Left out, to PyTorch's advantage: the z-buffer
(images are resampled where the depth itself puts its pixels) and the masks that come of it.
"""

import resource

import torch
from torch import nn
from torch.nn import functional as F

from common import measure, options, report
from generator import LATENT, Generator
from networks import DiscriminatorFeatures, Perceptual, encoder, encoder_decoder, residual_encoder

CONFIGURATIONS = {'synface': {'size': 64, 'first': 64, 'groups': 16}, 'celeba': {'size': 128, 'first': 32, 'groups': 8}}


def frozen(network):
    return network.requires_grad_(False)


def adam(*networks):
    parameters = [parameter for network in networks for parameter in network.parameters()]
    return torch.optim.Adam(parameters, lr=1e-4, betas=(0.9, 0.999), weight_decay=5e-4)


def normals(depth):
    """Unit normals [B, H, W, 3] of depth maps [B, H, W]: central differences of the points."""
    du = F.pad(depth[:, 1:-1, 2:] - depth[:, 1:-1, :-2], [1, 1, 1, 1])
    dv = F.pad(depth[:, 2:, 1:-1] - depth[:, :-2, 1:-1], [1, 1, 1, 1])
    return F.normalize(torch.stack([-du, -dv, torch.full_like(depth, 0.1)], -1), dim=-1)


def shade(albedo, depth, light):
    direction = F.normalize(torch.cat([light[:, 2:], torch.ones(len(light), 1)], 1), dim=1)
    diffuse = (normals(depth) * direction[:, None, None]).sum(-1).clamp(min=0)[:, None]
    ambient, strength = light[:, 0, None, None, None], light[:, 1, None, None, None]
    return ((albedo / 2 + 0.5) * (ambient / 2 + 0.5 + (strength / 2 + 0.5) * diffuse)) * 2 - 1


def warp(image, depth, view):
    """Resamples images [B, 3, H, W] at where a small rotation and shift of the view moves their pixels."""
    side = torch.linspace(-1, 1, depth.shape[-1])
    y, x = torch.meshgrid(side, side, indexing='ij')
    points = torch.stack([x * depth, y * depth, depth - 1], -1)
    a, b, c = (0.3 * view[:, :3]).unbind(1)
    one = torch.ones_like(a)
    turn = torch.stack([one, -c, b, c, one, -a, -b, a, one], 1).reshape(-1, 3, 3)
    moved = torch.einsum('bhwi,bji->bhwj', points, turn) + 0.1 * view[:, None, None, 3:]
    return F.grid_sample(image, moved[..., :2] / (moved[..., 2:] + 1), align_corners=True)


class Method:
    def __init__(self, size, first, groups, batch):
        self.size, self.batch = size, batch
        self.depth = encoder_decoder(size, 1, first, groups)
        self.albedo = encoder_decoder(size, 3, first, groups)
        self.view, self.light = encoder(size, 6, first), encoder(size, 4, first)
        self.offset = residual_encoder(size, LATENT)
        self.mapping = frozen(nn.Sequential(*(layer for _ in range(2) for layer in (nn.Linear(LATENT, LATENT), nn.LeakyReLU(0.2)))))
        self.generator = Generator()
        self.judge, self.perceptual = frozen(DiscriminatorFeatures()), frozen(Perceptual())
        self.image = torch.rand(1, 3, size, size) * 2 - 1
        self.samples = torch.rand(batch, 3, size, size) * 2 - 1
        self.latent = torch.randn(1, LATENT)

    def compare(self, image, target):
        error = (image - target.repeat(len(image) // len(target), 1, 1, 1)).abs().mean()
        return error + 0.5 * self.perceptual(image, target).mean()

    def canonical(self):
        depth = 1 + 0.1 * torch.tanh(self.depth(self.image)[:, 0])
        return depth, self.albedo(self.image)

    def smoothness(self, depth):
        return 0.01 * (depth[:, 2:] - 2 * depth[:, 1:-1] + depth[:, :-2]).abs().mean()

    def step1(self):
        with torch.no_grad():
            depth = 1 + 0.1 * torch.tanh(self.depth(self.image)[:, 0])
            view, light = self.view(self.image), self.light(self.image)
        albedo = self.albedo(self.image)
        return self.compare(warp(shade(albedo, depth, light), depth, view), self.image) + self.smoothness(depth)

    def step2(self):
        offset = self.mapping(self.offset(self.samples) - self.offset(self.image))
        image = F.interpolate(self.generator(offset + self.latent).clamp(-1, 1), size=self.size, mode='area')
        with torch.no_grad():
            wanted = self.judge(self.samples)
        distance = sum((a - b).abs().mean() for a, b in zip(self.judge(image), wanted))
        return (image - self.samples).abs().mean() + distance + 0.01 * offset.square().mean()

    def step3(self):
        depth, albedo = self.canonical()
        depth, albedo = torch.cat([depth, depth.flip(2)]), torch.cat([albedo, albedo.flip(3)])

        def explained(images):
            count = len(images)
            view, light = self.view(images).repeat(2, 1), self.light(images).repeat(2, 1)
            maps = depth.repeat_interleave(count, 0)
            return warp(shade(albedo.repeat_interleave(count, 0), maps, light), maps, view)

        own = self.compare(explained(self.image), self.image) + self.smoothness(depth)
        return own + self.compare(explained(self.samples), self.samples)


def bench(configuration, batch, chosen):
    method = Method(**CONFIGURATIONS[configuration], batch=batch)
    explaining = [method.depth, method.albedo, method.view, method.light]
    trained = {'step1': [method.albedo], 'step2': [method.offset], 'step3': explaining}
    times = {}
    for name in chosen.step:
        optimizer = adam(*trained[name])

        def iteration():
            optimizer.zero_grad()
            getattr(method, name)().backward()
            optimizer.step()

        times[name] = measure(iteration, chosen.warmup, chosen.iterations)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report(bench='steps', configuration=configuration, batch=batch, peak_megabytes=round(memory), **times)


if __name__ == '__main__':
    chosen = options(
        __doc__,
        batch=[16],
        choices={'configuration': list(CONFIGURATIONS), 'step': ['step1', 'step2', 'step3']},
    )
    for configuration in chosen.configuration:
        for size in chosen.batch:
            bench(configuration, size, chosen)

"""Time one training step of the encoder-decoder: forward, mean absolute error, backward, Adam."""

import torch

from common import measure, options, report
from layers import build


def bench(batch, warmup, iterations):
    network = build()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.9, 0.999), weight_decay=5e-4)
    images = torch.rand(batch, 3, 64, 64) * 2 - 1
    target = torch.rand(batch, 1, 64, 64)

    def gradient():
        optimizer.zero_grad()
        loss = (network(images) - target).abs().mean()
        loss.backward()

    def step():
        gradient()
        optimizer.step()

    report(
        bench='encdec',
        batch=batch,
        parameters=sum(p.numel() for p in network.parameters()),
        step=measure(step, warmup, iterations),
        forward_backward=measure(gradient, 1, iterations),
        adam=measure(optimizer.step, 1, iterations),
    )


if __name__ == '__main__':
    chosen = options(__doc__, batch=[1, 8])
    for size in chosen.batch:
        bench(size, chosen.warmup, chosen.iterations)

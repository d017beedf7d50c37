"""Command line, threads and timing shared by the PyTorch benchmarks."""

import argparse
import json
import statistics
import time

import torch


def options(description, choices=None, **defaults):
    """Parse --threads, --warmup, --iterations, one integer list per keyword and one of names per choice; set the threads."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--warmup', type=int, default=3)
    parser.add_argument('--iterations', type=int, default=20)
    for name, default in defaults.items():
        parser.add_argument(f'--{name}', type=int, nargs='+', default=default)
    for name, values in (choices or {}).items():
        parser.add_argument(f'--{name}', nargs='+', choices=values, default=values)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    return chosen


def measure(work, warmup, iterations):
    """Wall time of work() in milliseconds: the median and the minimum over the iterations after the warm-up."""
    times = []
    for index in range(warmup + iterations):
        start = time.perf_counter()
        work()
        if index >= warmup:
            times.append((time.perf_counter() - start) * 1e3)
    return {'median_ms': round(statistics.median(times), 3), 'min_ms': round(min(times), 3)}


def report(**fields):
    """Print one JSON line that also names the library version and the thread count."""
    print(json.dumps({**fields, 'torch': torch.__version__, 'threads': torch.get_num_threads()}), flush=True)

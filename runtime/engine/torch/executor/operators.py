"""The operators of ONNX on PyTorch.

Each builder gets a node's attributes and those inputs that are constants (else None), and returns a function of all
inputs, as tensors on the device.
"""
import math

import torch
import torch.nn.functional as F

from convolutions import convolution, filter_gradient, input_gradient, transposed_convolution
from tensors import TYPES


def simple(function):
    return lambda attributes, known: function


def reduction(function):
    def build(attributes, known):
        axes = [int(axis) for axis in known[1]] if len(known) > 1 else None
        keep = bool(attributes.get("keepdims", 1))
        if axes is not None and not axes:
            return lambda x, *_: x
        return lambda x, *_: function(x, axes if axes is not None else list(range(x.dim())), keep)
    return build


def product(x, axes, keep):
    for axis in sorted((axis % x.dim() for axis in axes), reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def max_pool(attributes, known):
    kernel, stride, dilation = attributes["kernel_shape"], attributes["strides"], attributes["dilations"]
    top, left, bottom, right = attributes["pads"]

    def run(x):
        if any((top, left, bottom, right)):
            x = F.pad(x, (left, right, top, bottom), value=-math.inf)
        return F.max_pool2d(x, kernel, stride, 0, dilation)
    return run


def slices(attributes, known):
    starts, ends, axes, steps = (known[i].tolist() for i in range(1, 5))

    def run(x, *_):
        index = [slice(None)] * x.dim()
        flips = []
        for start, end, axis, step in zip(starts, ends, axes, steps):
            extent = x.shape[axis]
            start = max(start + extent, -1) if start < 0 else min(start, extent if step > 0 else extent - 1)
            end = max(end + extent, -1) if end < 0 else min(end, extent)
            if step > 0:
                index[axis] = slice(start, max(end, 0), step)
                continue
            places = list(range(start, end, step))
            low = places[-1] if places else 0
            index[axis] = slice(low, (places[0] + 1) if places else 0, -step)
            flips.append(axis)
        y = x[tuple(index)]
        return y.flip(flips) if flips else y
    return run


def padding(attributes, known):
    pads = known[1].tolist()
    rank = len(pads) // 2
    spread = [side for axis in reversed(range(rank)) for side in (pads[axis], pads[axis + rank])]
    mode = attributes.get("mode", "constant")
    value = known[2].item() if len(known) > 2 and known[2] is not None else 0
    if mode == "constant":
        return lambda x, *_: F.pad(x, spread, value=value)
    return lambda x, *_: F.pad(x, spread, mode={"edge": "replicate"}.get(mode, mode))


def gather(attributes, known):
    axis = attributes.get("axis", 0)

    def run(x, indices):
        # an empty index never occurs; negative ones count from the end
        flat = indices.reshape(-1)
        flat = torch.where(flat < 0, flat + x.shape[axis], flat)
        return torch.index_select(x, axis, flat).reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1:])
    return run


def gather_nd(attributes, known):
    return lambda x, indices: x[tuple(indices.unbind(-1))]


def scatter_nd(attributes, known):
    if attributes.get("reduction", "none") != "add":
        return lambda x, indices, updates: x.clone().index_put_(tuple(indices.unbind(-1)), updates)

    def run(x, indices, updates):
        # as one sum over rows: in many versions of PyTorch, index_put_ that accumulates looks at its indices on the host,
        # which no CUDA graph can hold
        depth = indices.shape[-1]
        rows = sum(indices[..., i] * math.prod(x.shape[i + 1:depth]) for i in range(depth)).reshape(-1)
        whole = x.clone(memory_format=torch.contiguous_format)
        whole.view(math.prod(x.shape[:depth]), -1).index_add_(0, rows, updates.reshape(rows.shape[0], -1))
        return whole
    return run


def split(attributes, known):
    sizes, axis = known[1].tolist(), attributes.get("axis", 0)
    return lambda x, *_: torch.split(x, sizes, axis)


def cumulative(attributes, known):
    axis = int(known[1])
    exclusive, backwards = attributes.get("exclusive", 0), attributes.get("reverse", 0)

    def run(x, *_):
        source = x.flip(axis) if backwards else x
        total = torch.cumsum(source, axis).to(x.dtype)
        if exclusive:
            total = total - source
        return total.flip(axis) if backwards else total
    return run


def arg(function):
    def build(attributes, known):
        axis, keep = attributes.get("axis", 0), bool(attributes.get("keepdims", 1))
        return lambda x: function(x, axis, keepdim=keep)
    return build


def divide(a, b):
    return torch.div(a, b) if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


def folded(function):
    def run(*xs):
        total = xs[0]
        for x in xs[1:]:
            total = function(total, x)
        return total
    return run


def reshape(attributes, known):
    shape = known[1].tolist()
    return lambda x, *_: x.reshape([x.shape[i] if extent == 0 else extent for i, extent in enumerate(shape)])


def selu(attributes, known):
    alpha, gamma = attributes["alpha"], attributes["gamma"]
    return lambda x: gamma * torch.where(x > 0, x, alpha * torch.expm1(x))


BUILDERS = {
    "Add": simple(torch.add), "Sub": simple(torch.sub), "Mul": simple(torch.mul), "Div": simple(divide),
    "Pow": simple(lambda a, b: torch.pow(a, b).to(a.dtype)), "Mod": simple(torch.remainder),
    "Max": simple(folded(torch.maximum)), "Min": simple(folded(torch.minimum)), "Sum": simple(folded(torch.add)),
    "Equal": simple(torch.eq), "Greater": simple(torch.gt), "GreaterOrEqual": simple(torch.ge),
    "Less": simple(torch.lt), "LessOrEqual": simple(torch.le), "And": simple(torch.logical_and),
    "Or": simple(torch.logical_or), "Xor": simple(torch.logical_xor), "Not": simple(torch.logical_not),
    "Where": simple(torch.where), "Identity": simple(lambda x: x), "MatMul": simple(torch.matmul),
    "Abs": simple(torch.abs), "Acos": simple(torch.acos), "Acosh": simple(torch.acosh), "Asin": simple(torch.asin),
    "Asinh": simple(torch.asinh), "Atan": simple(torch.atan), "Atanh": simple(torch.atanh), "Ceil": simple(torch.ceil),
    "Cos": simple(torch.cos), "Cosh": simple(torch.cosh), "Erf": simple(torch.erf), "Exp": simple(torch.exp),
    "Floor": simple(torch.floor), "Log": simple(torch.log), "Neg": simple(torch.neg),
    "Reciprocal": simple(torch.reciprocal), "Round": simple(torch.round), "Sigmoid": simple(torch.sigmoid),
    "Sin": simple(torch.sin), "Sinh": simple(torch.sinh), "Softplus": simple(F.softplus), "Sqrt": simple(torch.sqrt),
    "Tan": simple(torch.tan), "Tanh": simple(torch.tanh), "Relu": simple(F.relu),
    "Elu": lambda attributes, known: (lambda x: F.elu(x, attributes.get("alpha", 1.0))),
    "LeakyRelu": lambda attributes, known: (lambda x: F.leaky_relu(x, attributes.get("alpha", 0.01))),
    "Selu": selu,
    "Cast": lambda attributes, known: (lambda x: x.to(TYPES[attributes["to"]])),
    "Softmax": lambda attributes, known: (lambda x: torch.softmax(x, attributes.get("axis", -1))),
    "LogSoftmax": lambda attributes, known: (lambda x: torch.log_softmax(x, attributes.get("axis", -1))),
    "ReduceSum": reduction(lambda x, axes, keep: torch.sum(x, axes, keepdim=keep, dtype=x.dtype)),
    "ReduceMean": reduction(lambda x, axes, keep: torch.mean(x, axes, keepdim=keep)),
    "ReduceMax": reduction(lambda x, axes, keep: torch.amax(x, axes, keepdim=keep)),
    "ReduceMin": reduction(lambda x, axes, keep: torch.amin(x, axes, keepdim=keep)),
    "ReduceProd": reduction(product),
    "ArgMax": arg(torch.argmax), "ArgMin": arg(torch.argmin), "CumSum": cumulative,
    "Transpose": lambda attributes, known: (lambda x: x.permute(attributes["perm"])),
    "Reshape": reshape,
    "Expand": lambda attributes, known: (
        lambda x, *_: x.expand(torch.broadcast_shapes(x.shape, tuple(known[1].tolist())))),
    "Tile": lambda attributes, known: (lambda x, *_: x.repeat(known[1].tolist())),
    "Concat": lambda attributes, known: (lambda *xs: torch.cat(xs, attributes["axis"])),
    "Einsum": lambda attributes, known: (lambda *xs: torch.einsum(attributes["equation"], *xs)),
    "Slice": slices, "Split": split, "Pad": padding, "Gather": gather, "GatherND": gather_nd, "ScatterND": scatter_nd,
    "Conv": convolution, "ConvTranspose": transposed_convolution, "ConvInputGradient": input_gradient,
    "ConvFilterGradient": filter_gradient,
    "MaxPool": max_pool,
}

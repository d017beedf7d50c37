"""Runs the sessions of the onnx engine on PyTorch: the process behind `--engine onnx:torch`.

Requests come through one pipe and answers leave through another, each a JSON header and the bytes of tensors (see
process.ts). Models are the subset of ONNX that model-writer.ts writes. On CUDA a session that recurs becomes a CUDA
graph, so that a training step costs one launch. Arithmetic is float32; GAN2SHAPE_TF32=1 lets convolutions and products
round their factors to TF32 (10 bits), which is several times as fast on recent GPUs.
"""
import fcntl
import json
import math
import os
import signal
import struct
import sys

# Ctrl-C reaches every process of a terminal; this one ends when the other closes the pipe, with its work saved
signal.signal(signal.SIGINT, signal.SIG_IGN)
REQUESTS = open(sys.argv[1], "rb", buffering=0)
try:
    # batches of images in a few pieces instead of a hundred
    fcntl.fcntl(REQUESTS, fcntl.F_SETPIPE_SZ, 1 << 20)
except (AttributeError, OSError):
    pass  # a system that has no such call, or grants less: it works as well, only slower
ANSWERS = open(sys.argv[2], "wb", buffering=1 << 20)


def answer(header, parts=()):
    head = json.dumps(header).encode()
    ANSWERS.write(struct.pack("<I", len(head)) + head)
    for part in parts:
        ANSWERS.write(memoryview(part).cast("B") if part.size else b"")
    ANSWERS.flush()


# before the seconds that PyTorch takes: with the pipe open, the other side notices where it is not there
answer({"ok": True})

import numpy as np
import torch
import torch.nn.functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
WARM_UP_RUNS = 3
TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool}
NUMPY = {"float32": np.float32, "int32": np.int32, "int64": np.int64, "bool": np.bool_}
NAMES = {torch.float32: "float32", torch.int32: "int32", torch.int64: "int64", torch.bool: "bool"}


# --- models -----------------------------------------------------------------------------------------------------------

def fields(data):
    """The (number, value) pairs of a protobuf message; values are integers or memoryviews."""
    at, end = 0, len(data)

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < end:
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
            value -= (value >> 63) << 64
        elif kind == 5:
            value = struct.unpack_from("<f", data, at)[0]
            at += 4
        else:
            length = varint()
            value = data[at:at + length]
            at += length
        yield key >> 3, value


def text(value):
    return bytes(value).decode()


def attribute(data):
    name, kind, found, values = "", 0, None, []
    for number, value in fields(data):
        if number == 1:
            name = text(value)
        elif number == 20:
            kind = value
        elif number in (2, 3):
            found = value
        elif number == 4:
            found = text(value)
        elif number == 8:
            values.append(value)
        elif number == 9:
            values.append(text(value))
    return name, values if kind in (7, 8) else found


def tensor(data):
    shape, kind, name, raw = [], 1, "", b""
    for number, value in fields(data):
        if number == 1:
            shape.append(value)
        elif number == 2:
            kind = value
        elif number == 8:
            name = text(value)
        elif number == 9:
            raw = value
    array = np.frombuffer(bytes(raw), NUMPY[NAMES[TYPES[kind]]]).reshape(shape)
    return name, array


def model_of(data):
    nodes, constants = [], {}
    for number, graph in fields(memoryview(data)):
        if number != 7:
            continue
        for part, value in fields(graph):
            if part == 5:
                name, array = tensor(value)
                constants[name] = array
            elif part == 1:
                node = {"inputs": [], "outputs": [], "attributes": {}, "name": "", "op": ""}
                for field, item in fields(value):
                    if field == 1:
                        node["inputs"].append(text(item))
                    elif field == 2:
                        node["outputs"].append(text(item))
                    elif field == 3:
                        node["name"] = text(item)
                    elif field == 4:
                        node["op"] = text(item)
                    elif field == 5:
                        key, found = attribute(item)
                        node["attributes"][key] = found
                nodes.append(node)
    return nodes, constants


# --- operators --------------------------------------------------------------------------------------------------------
# Each builder gets a node's attributes and those inputs that are constants (else None), and returns a function of all
# inputs, as tensors on the device.

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


def convolution(attributes, known):
    stride, dilation = attributes["strides"], attributes["dilations"]
    top, left, bottom, right = attributes["pads"]
    group = attributes.get("group", 1)
    if top == bottom and left == right:
        return lambda x, w, b=None: F.conv2d(x, w, b, stride, (top, left), dilation, group)
    return lambda x, w, b=None: F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, stride, 0, dilation, group)


def transposed_convolution(attributes, known):
    stride, dilation = attributes["strides"], attributes["dilations"]
    top, left, bottom, right = attributes["pads"]
    rest = attributes.get("output_padding", [0, 0])
    group = attributes.get("group", 1)

    def depthwise(x, w):
        # as a convolution of the spread input with the turned filter: PyTorch's own kernels for the transposed one are slow
        height, width = (x.shape[2] - 1) * stride[0] + 1, (x.shape[3] - 1) * stride[1] + 1
        if stride != [1, 1]:
            spread = x.new_zeros((*x.shape[:2], height, width))
            spread[:, :, ::stride[0], ::stride[1]] = x
            x = spread
        reach = [(w.shape[i + 2] - 1) * dilation[i] for i in range(2)]
        x = F.pad(x, (reach[1] - left, reach[1] - right + rest[1], reach[0] - top, reach[0] - bottom + rest[0]))
        return F.conv2d(x, w.flip((2, 3)), None, 1, 0, dilation, group)

    def run(x, w):
        if 1 < group == x.shape[1] and w.shape[1] == 1:
            return depthwise(x, w)
        # output_padding may not reach the stride in PyTorch, and pads differ from side to side: made whole, then cut
        y = F.conv_transpose2d(x, w, None, stride, 0, 0, group, dilation)
        height = y.shape[2] - top - bottom + rest[0]
        width = y.shape[3] - left - right + rest[1]
        more = (max(0, left + width - y.shape[3]), max(0, top + height - y.shape[2]))
        if any(more):
            y = F.pad(y, (0, more[0], 0, more[1]))
        return y[:, :, top:top + height, left:left + width]
    return run


def input_gradient(attributes, known):
    """The gradient of a convolution with respect to its input, from the gradient of its output and its filter."""
    shape, stride, dilation = attributes["input_shape"], attributes["strides"], attributes["dilations"]
    top, left, bottom, right = attributes["pads"]
    even = top == bottom and left == right
    batch, channels, height, width = shape
    whole = shape if even else [batch, channels, height + top + bottom, width + left + right]
    pads = [top, left] if even else [0, 0]

    def run(dy, w):
        x = torch.empty(whole, device=dy.device, dtype=dy.dtype)
        dx = torch.ops.aten.convolution_backward(
            dy, x, w, None, stride, pads, dilation, False, [0, 0], 1, [True, False, False])[0]
        return dx if even else dx[:, :, top:top + height, left:left + width]
    return run


def filter_gradient(attributes, known):
    """The gradient of a convolution with respect to its filter, from its input and the gradient of its output."""
    shape, stride, dilation = attributes["filter_shape"], attributes["strides"], attributes["dilations"]
    top, left, bottom, right = attributes["pads"]

    def run(x, dy):
        if top == bottom and left == right:
            pads = [top, left]
        else:
            x, pads = F.pad(x, (left, right, top, bottom)), [0, 0]
        w = torch.empty(shape, device=x.device, dtype=x.dtype)
        return torch.ops.aten.convolution_backward(
            dy, x, w, None, stride, pads, dilation, False, [0, 0], 1, [False, True, False])[1]
    return run


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


# --- many small operators at once -------------------------------------------------------------------------------------
# What optimizers do to each of a hundred tensors is done to all of them in one launch.

TOGETHER = {"Add": torch._foreach_add, "Sub": torch._foreach_sub, "Mul": torch._foreach_mul,
            "Div": torch._foreach_div, "Sqrt": torch._foreach_sqrt}
# may stand among them, one by one
BESIDE = {*TOGETHER, "Transpose", "Reshape", "Cast"}
ONE_FOR_ALL = {"Add", "Mul", "Div"}
FEWEST = 8


def grouped(nodes):
    """The nodes in an order of execution, alike ones that end the model (nothing but their kind follows) in groups."""
    users, uses = {}, {}
    for place, node in enumerate(nodes):
        for name in node["inputs"]:
            users.setdefault(name, []).append(place)
    ending = set()
    for place in reversed(range(len(nodes))):
        node = nodes[place]
        if node["op"] in BESIDE and all(user in ending for name in node["outputs"] for user in users.get(name, ())):
            ending.add(place)
    for place in ending:
        for name in nodes[place]["inputs"]:
            uses[name] = uses.get(name, 0) + 1
    level, groups = {}, {}
    for place, node in enumerate(nodes):
        if place not in ending:
            continue
        depth = 1 + max((level.get(name, 0) for name in node["inputs"]), default=0)
        for name in node["outputs"]:
            level[name] = depth
        shared = tuple(name if uses[name] >= FEWEST else "" for name in node["inputs"])
        groups.setdefault((depth, node["op"], shared), []).append(place)
    for place, node in enumerate(nodes):
        if place not in ending:
            yield [node]
    for (_, kind, _), places in sorted(groups.items(), key=lambda group: group[0]):
        if kind in TOGETHER and len(places) >= FEWEST:
            yield [nodes[place] for place in places]
        else:
            yield from ([nodes[place]] for place in places)


def joined(group):
    inputs = [name for side in zip(*(node["inputs"] for node in group)) for name in side]
    outputs = [name for node in group for name in node["outputs"]]
    attributes = {"op": group[0]["op"], "count": len(group)}
    return {"inputs": inputs, "outputs": outputs, "attributes": attributes, "name": group[0]["name"], "op": "Together"}


def together(attributes, known):
    kind, count = attributes["op"], attributes["count"]
    function, apart = TOGETHER[kind], BUILDERS[kind]({}, [])
    # PyTorch before 2.1 takes no tensor for all
    tensor_for_all = kind in ONE_FOR_ALL and hasattr(getattr(torch.ops.aten, f"_foreach_{kind.lower()}"), "Tensor")

    def run(*values):
        # of one layout, without which PyTorch takes tensor by tensor after all
        values = [value.contiguous() for value in values]
        left, right = values[:count], values[count:]
        if not all(value.is_floating_point() for value in values):
            return [apart(*pair) for pair in zip(*filter(None, (left, right)))]
        if not right:
            return function(left)
        if all(a.shape == b.shape for a, b in zip(left, right)):
            return function(left, right)
        for one, others, constant in ((right, left, known[-1]), (left, right, known[0])):
            scalar = one[0]
            if not all(value is scalar and value.dim() <= other.dim() for value, other in zip(one, others)):
                continue
            if scalar.numel() > 1 or kind not in ONE_FOR_ALL or kind == "Div" and one is left:
                continue
            if constant is not None:
                return function(others, constant.item())
            if tensor_for_all:
                return function(others, scalar.reshape(()))
        return [apart(a, b) for a, b in zip(left, right)]
    return run


class Session:
    """A model, run operator by operator at first, then as a CUDA graph."""

    def __init__(self, data):
        nodes, constants = model_of(data)
        unknown = sorted({node["op"] for node in nodes} - set(BUILDERS))
        if unknown:
            raise ValueError(f"no operator {', '.join(unknown)} on PyTorch")
        self.constants = {name: torch.from_numpy(array.copy()).to(DEVICE) for name, array in constants.items()}
        self.steps = []
        last = {}
        for place, group in enumerate(grouped(nodes)):
            node = group[0] if len(group) == 1 else joined(group)
            known = [constants.get(name) for name in node["inputs"]]
            build = BUILDERS[node["op"]] if len(group) == 1 else together
            self.steps.append((build(node["attributes"], known), node))
            for name in node["inputs"]:
                last[name] = place
        self.done = [[] for _ in self.steps]
        for name, place in last.items():
            if name not in self.constants:
                self.done[place].append(name)
        self.runs = 0
        self.graph = None
        self.names = self.inputs = self.outputs = None

    def evaluate(self, feeds, wanted):
        values = {**self.constants, **feeds}
        keep = set(wanted)
        for (function, node), done in zip(self.steps, self.done):
            try:
                result = function(*[values[name] for name in node["inputs"] if name])
            except Exception as cause:
                shapes = [list(values[name].shape) for name in node["inputs"] if name]
                raise RuntimeError(f"running {node['op']} node. Name:'{node['name']}' {shapes}: {cause}") from cause
            if isinstance(result, (tuple, list)):
                values.update(zip(node["outputs"], result))
            else:
                values[node["outputs"][0]] = result
            for name in done:
                if name not in keep:
                    del values[name]
        return [values[name] for name in wanted]

    def run(self, feeds, wanted):
        self.runs += 1
        if DEVICE == "cpu" or self.runs <= WARM_UP_RUNS or len(self.steps) < 8:
            return [value.clone() if any(value is feed for feed in feeds.values()) else value
                    for value in self.evaluate(feeds, wanted)]
        if self.graph is None or self.names != (list(feeds), wanted):
            self.capture(feeds, wanted)
        torch._foreach_copy_(self.inputs, list(feeds.values()))
        self.graph.replay()
        results = [torch.empty_like(value) for value in self.outputs]
        torch._foreach_copy_(results, self.outputs)
        return results

    def capture(self, feeds, wanted):
        self.names = (list(feeds), wanted)
        self.inputs = [value.clone() for value in feeds.values()]
        static = dict(zip(feeds, self.inputs))
        torch.cuda.synchronize()
        self.graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(self.graph, pool=graph_pool()):
                # continuous, so that what is copied out of them copies at full speed
                self.outputs = [value.contiguous() for value in self.evaluate(static, wanted)]
        except Exception as cause:
            self.graph = None
            # closing a graph that an operator broke fails as well, and says nothing of that operator
            raise cause.__context__ or cause


POOL = None


def graph_pool():
    """One pool for all graphs: each result is copied out before another graph runs."""
    global POOL
    POOL = POOL or torch.cuda.graph_pool_handle()
    return POOL


# --- the conversation -------------------------------------------------------------------------------------------------

class Server:
    def __init__(self):
        self.sessions, self.tensors, self.count = {}, {}, 0

    def read(self, size):
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = REQUESTS.readinto(view)
            if not got:
                sys.exit(0)
            view = view[got:]
        return data

    def serve(self):
        answer({"ok": True, "torch": torch.__version__, "device": device_name()})
        while True:
            request = json.loads(self.read(struct.unpack("<I", self.read(4))[0]))
            payload = self.read(request.get("bytes", 0))
            for handle in request.get("free", ()):
                self.tensors.pop(handle, None)
            try:
                answer(*self.handle(request, payload))
            except BrokenPipeError:
                os._exit(0)
            except Exception as cause:
                answer({"ok": False, "message": f"{type(cause).__name__}: {cause}"})

    def handle(self, request, payload):
        if request["op"] == "load":
            self.count += 1
            self.sessions[self.count] = Session(payload)
            return ({"ok": True, "session": self.count},)
        if request["op"] == "dispose":
            self.sessions.pop(request["session"], None)
            return ({"ok": True},)
        return self.run(request, payload)

    def run(self, request, payload):
        feeds, at = {}, 0
        # one copy to the device for all that comes from the host
        whole = torch.frombuffer(payload, dtype=torch.uint8).to(DEVICE) if payload else None
        for name, kind, shape, source in request["feeds"]:
            if isinstance(source, int) and kind == "handle":
                feeds[name] = self.tensors[source]
                continue
            size = math.prod(shape) * np.dtype(NUMPY[kind]).itemsize
            part = whole[at:at + size] if size else torch.empty(0, dtype=torch.uint8, device=DEVICE)
            # elements begin at a multiple of their size only where the parts before happen to end so
            aligned = part if at % 8 == 0 or kind != "int64" and at % 4 == 0 or kind == "bool" else part.clone()
            feeds[name] = aligned.view(getattr(torch, kind)).reshape(shape)
            at += size
        kept = set(request["keep"])
        described, parts = [], []
        with torch.no_grad():
            results = self.sessions[request["session"]].run(feeds, request["fetches"])
            for name, value in zip(request["fetches"], results):
                kind, shape = NAMES[value.dtype], list(value.shape)
                if name in kept:
                    self.count += 1
                    self.tensors[self.count] = value
                    described.append([kind, shape, self.count])
                else:
                    parts.append(np.ascontiguousarray(value.cpu().numpy()))
                    described.append([kind, shape, None])
        return {"ok": True, "outputs": described}, parts


def device_name():
    return torch.cuda.get_device_name() if DEVICE == "cuda" else "CPU"


def main():
    torch.backends.cudnn.benchmark = True
    torch.set_flush_denormal(True)
    rounded = os.environ.get("GAN2SHAPE_TF32") == "1"
    torch.backends.cudnn.allow_tf32 = rounded
    torch.backends.cuda.matmul.allow_tf32 = rounded
    threads = int(os.environ.get("GAN2SHAPE_THREADS", "0"))
    if threads:
        torch.set_num_threads(threads)
    Server().serve()


main()

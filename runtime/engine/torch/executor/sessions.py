"""Models, ready to run."""
import torch

from groups import grouped, joined, together
from models import model_of
from operators import BUILDERS
from tensors import DEVICE

WARM_UP_RUNS = 3


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

"""Many small operators at once: what optimizers do to each of a hundred tensors is done to all of them in one launch."""
import torch

from operators import BUILDERS

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

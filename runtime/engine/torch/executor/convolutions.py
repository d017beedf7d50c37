"""Builders of convolutions and their gradients: see operators.py."""
import torch
import torch.nn.functional as F


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

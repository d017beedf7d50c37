"""Reads ONNX models, as far as model-writer.ts writes them."""
import struct

import numpy as np

from tensors import NAMES, NUMPY, TYPES


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

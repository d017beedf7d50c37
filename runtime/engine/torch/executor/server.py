"""Answers requests: loads models, runs them, and holds tensors between runs."""
import math
import os

import numpy as np
import torch

import wire
from sessions import Session
from tensors import DEVICE, NAMES, NUMPY


class Server:
    def __init__(self):
        self.sessions, self.tensors, self.count = {}, {}, 0

    def serve(self):
        wire.answer({"ok": True, "torch": torch.__version__, "device": device_name()})
        while True:
            request, payload = wire.request()
            for handle in request.get("free", ()):
                self.tensors.pop(handle, None)
            try:
                wire.answer(*self.handle(request, payload))
            except BrokenPipeError:
                os._exit(0)
            except Exception as cause:
                wire.answer({"ok": False, "message": f"{type(cause).__name__}: {cause}"})

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

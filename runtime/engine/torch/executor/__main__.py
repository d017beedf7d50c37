"""Runs the sessions of the onnx engine on PyTorch: the process behind `--engine onnx:torch`.

Requests come through one pipe and answers leave through another, each a JSON header and the bytes of tensors (see
process.ts). Models are the subset of ONNX that model-writer.ts writes. On CUDA a session that recurs becomes a CUDA
graph, so that a training step costs one launch. Arithmetic is float32; GAN2SHAPE_TF32=1 lets convolutions and products
round their factors to TF32 (10 bits), which is several times as fast on recent GPUs.
"""
import os
import signal

# Ctrl-C reaches every process of a terminal; this one ends when the other closes the pipe, with its work saved
signal.signal(signal.SIGINT, signal.SIG_IGN)

import wire

# before the seconds that PyTorch takes: with the pipe open, the other side notices where it is not there
wire.answer({"ok": True})

import torch

from server import Server

torch.backends.cudnn.benchmark = True
torch.set_flush_denormal(True)
rounded = os.environ.get("GAN2SHAPE_TF32") == "1"
torch.backends.cudnn.allow_tf32 = rounded
torch.backends.cuda.matmul.allow_tf32 = rounded
threads = int(os.environ.get("GAN2SHAPE_THREADS", "0"))
if threads:
    torch.set_num_threads(threads)
Server().serve()

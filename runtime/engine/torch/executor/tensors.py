"""Where tensors are, and how their element types are called."""
import numpy as np
import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool}
NUMPY = {"float32": np.float32, "int32": np.int32, "int64": np.int64, "bool": np.bool_}
NAMES = {torch.float32: "float32", torch.int32: "int32", torch.int64: "int64", torch.bool: "bool"}

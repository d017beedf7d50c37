"""The two pipes to the process that asks."""
import fcntl
import json
import struct
import sys

REQUESTS = open(sys.argv[1], "rb", buffering=0)
try:
    # batches of images in a few pieces instead of a hundred
    fcntl.fcntl(REQUESTS, fcntl.F_SETPIPE_SZ, 1 << 20)
except (AttributeError, OSError):
    pass  # a system that has no such call, or grants less: it works as well, only slower
ANSWERS = open(sys.argv[2], "wb", buffering=1 << 20)


def read(size):
    """So many bytes of a request; ends the process when the other side has closed the pipe."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        got = REQUESTS.readinto(view)
        if not got:
            sys.exit(0)
        view = view[got:]
    return data


def request():
    """The next request's header and the bytes that belong to it."""
    header = json.loads(read(struct.unpack("<I", read(4))[0]))
    return header, read(header.get("bytes", 0))


def answer(header, parts=()):
    head = json.dumps(header).encode()
    ANSWERS.write(struct.pack("<I", len(head)) + head)
    for part in parts:
        ANSWERS.write(memoryview(part).cast("B") if part.size else b"")
    ANSWERS.flush()

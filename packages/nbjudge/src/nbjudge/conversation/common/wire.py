"""What travels between the judge and the learner's process.

A frame is a length-prefixed JSON document followed by one safetensors block with the arrays that the document
names. Neither side ever unpickles anything. Everything that the judge reads is bounded (`Bounds`): a frame
outside the bounds raises `WireError`, which the judge turns into a failed check.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from safetensors import SafetensorError

from nbjudge.limits import Monotonic

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | None"
"""What is sent. What was received is an `object` until somebody has looked."""

Document: TypeAlias = dict[str, object]
Arrays: TypeAlias = dict[str, torch.Tensor]

_PREFIX = struct.Struct(">IQ")  # bytes of JSON, bytes of arrays
_SMALL = 1 << 16
_GLANCE_SECONDS = 0.25  # how often whoever waits may look at something else


class WireError(Exception):
    """The other side sent something that is not a value this protocol allows."""


@dataclass(frozen=True)
class Bounds:
    """The largest message that is accepted, and sent."""

    json_bytes: int = 1 << 20
    array_bytes: int = 256 << 20
    depth: int = 24
    items: int = 50_000
    arrays: int = 10_000


BOUNDS = Bounds()


class Channel:
    """One end of a conversation over a socket."""

    def __init__(self, sock: socket.socket):
        self._sock = sock
        self._ahead = bytearray()  # what was received, and not yet asked for
        self.glance: Callable[[], None] = lambda: None  # called several times a second while nothing comes

    def send(self, document: object, arrays: Arrays, deadline: Monotonic = math.inf) -> None:
        """Send one frame.

        Raises `WireError`, before anything was sent, for an array that cannot be written, and `TimeoutError` when the
        other side does not take the frame until the `deadline`.
        """
        text = json.dumps(document).encode()
        block = _block(arrays) if arrays else b""
        self._sock.settimeout(_remaining(deadline))
        head = _PREFIX.pack(len(text), len(block)) + text
        if len(block) < _SMALL:  # in one piece: each piece would wake the other side
            self._sock.sendall(head + block)
        else:
            self._sock.sendall(head)
            self._sock.sendall(block)

    def receive(self, bounds: Bounds = BOUNDS, deadline: Monotonic = math.inf) -> tuple[Document, Arrays]:
        """Receive one frame: a JSON object and its arrays.

        Raises `WireError` for a malformed or oversized frame, `EOFError` when the other side is gone and
        `TimeoutError` when the frame is not complete at the `deadline`, however busily its bytes drip in.
        """
        text_size, block_size = _PREFIX.unpack(self._read(_PREFIX.size, deadline))
        if text_size > bounds.json_bytes or block_size > bounds.array_bytes:
            raise WireError(
                f"the answer is too large: {text_size + block_size:,} bytes, where at most "
                f"{bounds.array_bytes:,} are accepted"
            )
        text, block = self._read(text_size, deadline), self._read(block_size, deadline)
        # The names and shapes of arrays: read as a whole, before one could count them.
        if int.from_bytes(block[:8], "little") > bounds.json_bytes:
            raise WireError("the answer holds too many arrays")
        return _parse(text, block, bounds)

    def _read(self, size: int, deadline: Monotonic) -> bytes:
        while len(self._ahead) < size:
            self._sock.settimeout(min(_remaining(deadline) or _GLANCE_SECONDS, _GLANCE_SECONDS))
            try:
                part = self._sock.recv(min(max(size - len(self._ahead), _SMALL), 1 << 20))
            except TimeoutError:
                self.glance()
                continue
            if not part:
                raise EOFError("the other side is gone")
            self._ahead += part
        data = bytes(self._ahead[:size])
        del self._ahead[:size]
        return data


def _block(arrays: Arrays) -> bytes:
    """Arrays as one block. By way of NumPy it takes a quarter of the time, but NumPy lacks some types of numbers."""
    try:
        return bytes(safetensors.numpy.save({name: array.numpy() for name, array in arrays.items()}))
    except (TypeError, SafetensorError):
        pass
    try:
        return bytes(safetensors.torch.save(arrays))
    except (KeyError, NotImplementedError, RuntimeError, SafetensorError) as error:
        kinds = ", ".join(sorted({str(array.dtype).removeprefix("torch.") for array in arrays.values()}))
        raise WireError(f"an array of a kind that cannot be compared ({kinds})") from error


def _parse(text: bytes, block: bytes, bounds: Bounds) -> tuple[Document, Arrays]:
    try:
        document = json.loads(text)
        arrays = safetensors.torch.load(block) if block else {}
    except (ValueError, RecursionError, SafetensorError, KeyError, TypeError, AttributeError) as error:
        raise WireError("the answer cannot be read") from error
    if not isinstance(document, dict):
        raise WireError("the answer is not a message")
    if len(arrays) > bounds.arrays:
        raise WireError("the answer holds too many arrays")
    return document, arrays


def _remaining(deadline: Monotonic) -> float | None:
    """Seconds until `deadline`, as a socket's timeout. Raises `TimeoutError` when it has passed."""
    if deadline == math.inf:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class Encoder:
    """Turns Python values into JSON, collecting their arrays in `arrays`.

    `handle` is asked about every value that is not data; it returns a JSON object that stands for it.
    """

    def __init__(
        self,
        handle: Callable[[object], Json],
        bounds: Bounds = BOUNDS,
        keep_strides: bool = False,
        keep_names: bool = False,
    ):
        self.arrays: Arrays = {}
        self.sent: dict[str, object] = {}
        self.linked: Arrays = {}  # those that have a gradient
        self._handle, self._bounds = handle, bounds
        self._keep_strides, self._keep_names = keep_strides, keep_names
        self._bytes = self._items = 0

    def encode(self, value: object, depth: int = 0) -> Json:
        """The JSON that stands for `value`. Raises `WireError` outside the bounds."""
        self._items += 1
        if depth > self._bounds.depth or self._items > self._bounds.items:
            raise WireError("the value is nested too deeply or holds too many items")
        if value is None or type(value) is bool or type(value) is str:
            return value
        if type(value) is int:
            return value if -(2**63) <= value < 2**63 else {"int": str(value)[:40]}
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, (list, tuple)):
            items = [self.encode(v, depth + 1) for v in value]
            names = list(getattr(value, "_fields", ())) if self._keep_names else []
            return {"list" if isinstance(value, list) else "tuple": items, **({"names": names} if names else {})}
        if isinstance(value, dict):
            return {"dict": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]}
        if isinstance(value, torch.Tensor):
            # A subclass may lie in every method and operation; with its overrides off, it is plain data.
            with torch.DisableTorchFunctionSubclass():
                return self._torch(value)
        if isinstance(value, (np.ndarray, np.generic)):
            return self._numpy(value)
        if isinstance(value, torch.dtype):
            return {"dtype": str(value).removeprefix("torch.")}
        return self._handle(value)

    def _store(self, value: object, flat: torch.Tensor) -> str:
        self._bytes += flat.numel() * flat.element_size()
        if self._bytes > self._bounds.array_bytes:
            raise WireError(f"an array of shape {tuple(flat.shape)} is too large to be compared")
        key = str(len(self.arrays))
        self.arrays[key] = flat.contiguous().clone()
        self.sent[key] = value
        return key

    def _torch(self, value: torch.Tensor) -> Json:
        ordinary = value.layout is torch.strided and not value.is_nested and not value.is_quantized
        if not ordinary or value.device.type != "cpu":
            raise WireError("only ordinary (strided) tensors on the CPU can be compared")
        plain = torch.Tensor.as_subclass(torch.Tensor.detach(value), torch.Tensor)
        note: dict[str, Json] = {}
        if self._keep_strides and not plain.is_contiguous():
            note = {"size": list(plain.shape), "stride": list(plain.stride())}
            span = 1 + sum((n - 1) * s for n, s in zip(plain.shape, plain.stride(), strict=True))
            plain = plain.as_strided((span if plain.numel() else 0,), (1,))
        key = self._store(value, plain.resolve_conj().resolve_neg())
        if torch.Tensor.requires_grad.__get__(value):  # type: ignore[attr-defined]  # a descriptor; its stub says bool
            note["grad"] = True
            self.linked[key] = value
        return {"torch": key, **note}

    def _numpy(self, value: np.ndarray | np.generic) -> Json:
        plain = np.asarray(value).view(np.ndarray)
        if plain.nbytes > self._bounds.array_bytes:
            raise WireError(f"an array of shape {plain.shape} is too large to be compared")
        try:
            flat = torch.from_numpy(np.array(plain, order="C"))
        except TypeError as error:
            raise WireError(f"an array of dtype {plain.dtype} cannot be compared") from error
        return {"scalar" if isinstance(value, np.generic) else "numpy": self._store(value, flat)}


class Decoder:
    """Turns what `receive` gave back into Python values.

    `handle` turns a JSON object that is no data into a value. `trusted` allows strides and the names of named tuples
    to be restored, which the judge never does for an answer.
    """

    def __init__(
        self,
        arrays: Arrays,
        handle: Callable[[dict[str, Any]], object],
        bounds: Bounds = BOUNDS,
        trusted: bool = False,
    ):
        self.arrays, self._handle, self._bounds, self._trusted = arrays, handle, bounds, trusted
        self.decoded: dict[str, object] = {}
        self._items = 0

    def decode(self, node: object, depth: int = 0) -> object:
        """The value that `node` stands for. Raises `WireError` where it stands for none, or is outside the bounds."""
        self._items += 1
        if depth > self._bounds.depth or self._items > self._bounds.items:
            raise WireError("the answer is nested too deeply or holds too many items")
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, dict) or not node:
            raise WireError("the answer holds something that is no value")
        tag = next(iter(node))
        body = node[tag]
        if tag in ("list", "tuple") and isinstance(body, list):
            items: list[Any] = [self.decode(item, depth + 1) for item in body]
            if self._trusted and "names" in node:
                return namedtuple("Named", node["names"])(*items)
            return items if tag == "list" else tuple(items)
        if tag == "dict" and isinstance(body, list):
            return self._dict(body, depth)
        if tag in ("torch", "numpy", "scalar"):
            return self._array(tag, node)
        if tag == "float" and body in ("nan", "inf", "-inf"):
            return float(body)
        if tag == "int" and isinstance(body, str) and body.lstrip("-").isdigit() and len(body) <= 40:
            return int(body)
        if tag == "dtype" and isinstance(getattr(torch, str(body), None), torch.dtype):
            return getattr(torch, str(body))
        return self._handle(node)

    def _dict(self, body: list[object], depth: int) -> dict[object, object]:
        result: dict[object, object] = {}
        for pair in body:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("the answer holds a broken dictionary")
            key = self.decode(pair[0], depth + 1)
            if not isinstance(key, (str, int, float, bool, tuple, type(None))):
                raise WireError("the answer holds a dictionary with an unusual key")
            result[key] = self.decode(pair[1], depth + 1)
        return result

    def _array(self, tag: str, node: dict[str, Any]) -> object:
        key = node[tag]
        if not isinstance(key, str) or key not in self.arrays:
            raise WireError("the answer names an array that it does not hold")
        tensor = self.arrays[key]
        if self._trusted and "stride" in node:
            tensor = tensor.as_strided(node["size"], node["stride"])
        self.decoded[key] = value = tensor if tag == "torch" else _as_numpy(tensor, scalar=tag == "scalar")
        return value


def _as_numpy(tensor: torch.Tensor, scalar: bool) -> object:
    try:
        array = tensor.numpy()
    except TypeError as error:
        raise WireError("the answer holds an array that NumPy does not know") from error
    return array[()] if scalar and array.ndim == 0 else array

"""Writing safetensors: a JSON header, then the numbers, as `containers.safetensors` reads them."""

import json
from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def as_bytes(tensors: "Mapping[str, Tensor]", metadata: Mapping[str, str]) -> bytes:
    """A whole file of float32 tensors; the numbers begin at a multiple of 8 bytes, as the format asks."""
    sizes = [tensor.numel() * 4 for tensor in tensors.values()]
    ends = list(accumulate(sizes))
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    for (name, tensor), size, end in zip(tensors.items(), sizes, ends, strict=True):
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end - size, end]}
    words = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    words += b" " * (-len(words) % 8)
    numbers = (tensor.contiguous().numpy().astype("<f4", copy=False).tobytes() for tensor in tensors.values())
    return b"".join([len(words).to_bytes(8, "little"), words, *numbers])

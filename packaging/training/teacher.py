"""What a finished network says of the small pictures: targets beside their classes.

Computed once and kept, on the whole picture and on its mirror image, and given with every view: a class
that is nearly right is told from one that is absurd, which a label alone doesn't do (Hinton et al.,
"Distilling the knowledge in a neural network", 2015).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from .evaluation import predictions
from .replica import network
from .source import Pictures

SIDE: Final = 128
PART: Final = 5000  # pictures at a time; their prepared batches take a gigabyte


def answers(weights: dict[str, Tensor], pixels: np.ndarray) -> Tensor:
    """Probabilities (n, classes) of a network for uint8 pictures (n, 64, 64, 3)."""
    net = network(len(weights["fc.bias"]))
    net.load_state_dict(weights, strict=False)  # files lack the counters of batches
    net.eval()
    parts = [pixels[start : start + PART] for start in range(0, len(pixels), PART)]
    found = [predictions(net, np.ascontiguousarray(part), resize=SIDE, crop=SIDE) for part in parts]
    return torch.cat([each["main"] for each in found]).softmax(1)


def taught(weights: dict[str, Tensor], pictures: Pictures, file: Path, *, threads: int) -> Tensor:
    """The mean of both answers (n, classes), read from ``file`` (float16) or written there.

    Takes about six minutes for 62,000 pictures on two cores.
    """
    if not file.exists():
        both = (pictures.pixels, pictures.pixels[:, :, ::-1])
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            found = torch.stack(list(pool.map(lambda pixels: answers(weights, pixels), both))).mean(0)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with beside.open("wb") as handle:
            np.save(handle, found.numpy().astype(np.float16))
        os.replace(beside, file)
    return torch.from_numpy(np.load(file))

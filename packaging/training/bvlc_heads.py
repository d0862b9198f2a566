"""Auxiliary heads for the BVLC GoogLeNet, which was published without its own.

The trunk stays as it is. ``loss1`` and ``loss2``, of the published form (an average pool of 5×5 by 3, a
1×1 convolution to 128, 1024 hidden values, 1000 answers), learn what the main head answers on views
of real photos. What they read of each view, and those answers, are computed once and kept.

    python packaging/training/bvlc_heads.py cache --photos FOLDER --rounds 4
    python packaging/training/bvlc_heads.py train
    python packaging/training/bvlc_heads.py export
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("GNET_SHARED", ROOT.parent / "shared"))
MODEL: Final = SHARED / "models" / "bvlc_googlenet_deploy.caffemodel"
WORK: Final = Path(os.environ.get("TRAINING_WORK", "/var/tmp/gnet-training")) / "bvlc"
SHIPS_AS: Final = ROOT / "resources" / "checkpoints" / "bvlc_heads.safetensors"
HEADS: Final = {"aux1": ("4a", 512), "aux2": ("4d", 528)}
SIDE: Final = 224
CELLS: Final = 4
BATCH: Final = 8
MEAN: Final = (104.0, 117.0, 123.0)
ENDINGS: Final = (".webp", ".jpg", ".jpeg", ".png")


def pictures(folder: Path) -> list[Path]:
    """The photos for training: all but those in folders called ``val``."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    return sorted(path for path in found if "val" not in path.relative_to(folder).parts)


def view(path: Path, seed: int) -> np.ndarray:
    """A random crop of 0.3 to 1 of the area, perhaps mirrored, as the trunk reads it: (3, 224, 224)."""
    random = np.random.default_rng(seed)
    with Image.open(path) as image:
        image = image.convert("RGB")
    area = image.width * image.height * random.uniform(0.3, 1.0)
    aspect = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
    width = min(image.width, max(8, round((area * aspect) ** 0.5)))
    height = min(image.height, max(8, round((area / aspect) ** 0.5)))
    left, top = random.integers(image.width - width + 1), random.integers(image.height - height + 1)
    box = (left, top, left + width, top + height)
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
    values = np.asarray(small, np.float32)[:, :, ::-1] - np.array(MEAN, np.float32)
    if random.random() < 0.5:
        values = values[:, ::-1]
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def trunk() -> object:
    """The program's own network of the published file."""
    sys.path.insert(0, str(ROOT))
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.network.googlenet import GoogLeNet

    return GoogLeNet.from_checkpoint(open_checkpoint(MODEL))


def seen_by_heads(network: object, batch: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What each head reads, (pictures, channels, 4, 4) float16, and the main head's logits."""
    found = network.outputs(torch.from_numpy(batch), ("4a", "4d", "logits"))  # type: ignore[attr-defined]
    read = {
        head: F.avg_pool2d(found[source], 5, 3, ceil_mode=True).to(torch.float16).numpy()
        for head, (source, _) in HEADS.items()
    }
    return read, found["logits"].numpy()


def cache(options: argparse.Namespace) -> None:
    """Compute and keep views, a round of all photos after the other; goes on where it was stopped."""
    torch.set_num_threads(options.threads)
    network, paths = trunk(), pictures(options.photos)
    order = np.random.default_rng(0).permutation(len(paths))
    shard = 1024
    with ThreadPoolExecutor(2) as readers:
        for round_ in range(options.rounds):
            for start in range(0, len(paths), shard):
                file = WORK / "views" / f"{round_:02d}-{start:06d}.npz"
                if file.exists():
                    continue
                file.parent.mkdir(parents=True, exist_ok=True)
                chosen = [int(index) for index in order[start : start + shard]]
                began = time.monotonic()
                read: dict[str, list[np.ndarray]] = {head: [] for head in HEADS}
                logits = []
                views = readers.map(lambda i, r=round_: view(paths[i], r * 1_000_003 + i), chosen)
                for batch in _batches(views):
                    parts, said = seen_by_heads(network, batch)
                    for head, values in parts.items():
                        read[head].append(values)
                    logits.append(said)
                beside = file.with_suffix(".part.npz")
                arrays = {head: np.concatenate(values) for head, values in read.items()}
                np.savez(beside, logits=np.concatenate(logits), **arrays)
                os.replace(beside, file)
                rate = len(chosen) / (time.monotonic() - began)
                print(f"round {round_} {start + len(chosen)}/{len(paths)} {rate:.1f}/s", flush=True)


def _batches(views: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    batch: list[np.ndarray] = []
    for one in views:
        batch.append(one)
        if len(batch) == BATCH:
            yield np.stack(batch)
            batch = []
    if batch:
        yield np.stack(batch)


class Head(nn.Module):
    """One auxiliary head behind its pool, as published; dropout of 0.7 in training."""

    def __init__(self, channels: int, classes: int = 1000) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 128, 1)
        self.fc1 = nn.Linear(128 * CELLS * CELLS, 1024)
        self.fc2 = nn.Linear(1024, classes)
        for layer in (self.conv, self.fc1, self.fc2):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.fc2.weight, std=0.01)

    def forward(self, value: Tensor, drop: float = 0.0) -> Tensor:
        """Logits (pictures, 1000) of pooled maps (pictures, channels, 4, 4)."""
        value = self.conv(value).relu().flatten(1)
        value = self.fc1(value).relu()
        return self.fc2(F.dropout(value, drop, self.training))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("cache")
    one.add_argument("--photos", type=Path, required=True)
    one.add_argument("--rounds", type=int, default=2)
    one.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    {"cache": cache}[options.command](options)


if __name__ == "__main__":
    main(sys.argv[1:])

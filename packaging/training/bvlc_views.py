"""What the auxiliary heads of the BVLC GoogLeNet read of random views, and what its main head answers.

Both are computed once and kept, in shards of a thousand views: 36 kB a view.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("GNET_SHARED", ROOT.parent / "shared"))
MODEL: Final = SHARED / "models" / "bvlc_googlenet_deploy.caffemodel"
WORK: Final = Path(os.environ.get("TRAINING_WORK", "/var/tmp/gnet-training")) / "bvlc"
HEADS: Final = {"aux1": ("4a", 512), "aux2": ("4d", 528)}
"""By head: the module that it reads, and its channels."""
SIDE: Final = 224
BATCH: Final = 8
MEAN: Final = (104.0, 117.0, 123.0)
SHARD: Final = 1024  # views
ENDINGS: Final = (".webp", ".jpg", ".jpeg", ".png")
TEN: Final = {
    "n01440764": 0,
    "n02102040": 217,
    "n02979186": 482,
    "n03000684": 491,
    "n03028079": 497,
    "n03394916": 566,
    "n03417042": 569,
    "n03425413": 571,
    "n03445777": 574,
    "n03888257": 701,
}
"""ImageNet's numbers of the ten classes of which whole photos are at hand."""

Views = dict[str, Tensor]
"""``aux1``, ``aux2``: what the heads read; ``logits``: what main answers; a row a view."""


def published() -> Checkpoint:
    """The published network as the program opens it."""
    sys.path.insert(0, str(ROOT))
    from gnet_desktop.checkpoints.reading import open_checkpoint

    return open_checkpoint(MODEL)


def pictures(folder: Path) -> list[Path]:
    """The photos for training: all but those in folders called ``val``."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    return sorted(path for path in found if "val" not in path.relative_to(folder).parts)


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def view(image: Image.Image, seed: int) -> np.ndarray:
    """A random crop of 0.3 to 1 of the area, perhaps mirrored, as the trunk reads it: (3, 224, 224)."""
    random = np.random.default_rng(seed)
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
    checkpoint = published()
    from gnet_desktop.network.googlenet import GoogLeNet

    return GoogLeNet.from_checkpoint(checkpoint)


def seen_by_heads(network: object, batch: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What each head reads, (pictures, channels, 4, 4) float16, and the main head's logits."""
    found = network.outputs(torch.from_numpy(batch), ("4a", "4d", "logits"))  # type: ignore[attr-defined]
    read = {
        head: F.avg_pool2d(found[source], 5, 3, ceil_mode=True).to(torch.float16).numpy()
        for head, (source, _) in HEADS.items()
    }
    return read, found["logits"].numpy()


def cache(photos: Path, *, rounds: int, small: Path | None, most: int) -> None:
    """Compute and keep views of all photos, then of so many small pictures; goes on where it was stopped.

    ``small`` is a file of pictures (n, 64, 64, 3).
    """
    network, paths = trunk(), pictures(photos)
    for round_ in range(rounds):
        keep(network, len(paths), lambda index: opened(paths[index]), round_, f"{round_:02d}")
    if small is not None:
        pixels = np.load(small, mmap_mode="r")
        keep(network, len(pixels), lambda i: Image.fromarray(pixels[i]), rounds, "small", most)


def keep(
    network: object,
    count: int,
    picture: Callable[[int], Image.Image],
    round_: int,
    name: str,
    most: int | None = None,
) -> None:
    """One view of each of ``count`` pictures (or of the first ``most`` of a random order), in shards."""
    order = np.random.default_rng(0).permutation(count)[:most]
    (WORK / "views").mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as readers:
        for start in range(0, len(order), SHARD):
            file = WORK / "views" / f"{name}-{start:06d}.npz"
            if file.exists():
                continue
            chosen = [int(index) for index in order[start : start + SHARD]]
            began = time.monotonic()
            views = readers.map(lambda i: view(picture(i), round_ * 1_000_003 + i), chosen)
            write(file, network, views)
            rate = len(chosen) / (time.monotonic() - began)
            print(f"{name} {start + len(chosen)}/{len(order)} {rate:.1f}/s", flush=True)


def write(file: Path, network: object, views: Iterator[np.ndarray], **more: np.ndarray) -> None:
    """What the heads read of ``views`` and what main answers, into ``file``: whole, or not at all."""
    read: dict[str, list[np.ndarray]] = {head: [] for head in HEADS}
    logits = []
    for batch in _batches(views):
        parts, said = seen_by_heads(network, batch)
        for head, values in parts.items():
            read[head].append(values)
        logits.append(said)
    beside = file.with_suffix(".part.npz")
    arrays = {head: np.concatenate(values) for head, values in read.items()}
    np.savez(beside, logits=np.concatenate(logits), **arrays, **more)  # type: ignore[arg-type]
    os.replace(beside, file)


def cache_known(photos: Path) -> None:
    """Keep what is needed to measure: the photos with known classes, prepared as the program does."""
    checkpoint = published()
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    network = GoogLeNet.from_checkpoint(checkpoint)

    def tensor(path: Path) -> np.ndarray:
        array: np.ndarray = prepare(read_picture(path), checkpoint.convention).tensor()[0].numpy()
        return array

    for name, found in (("shared", shared_photos()), ("imagenet10", ten_classes(photos))):
        truth = np.array([label for _, label in found])
        write(WORK / f"known-{name}.npz", network, (tensor(path) for path, _ in found), truth=truth)


def shared_photos() -> list[tuple[Path, int]]:
    """The shared photos with their ImageNet classes."""
    folder = SHARED / "images"
    described = json.loads((folder / "labels.json").read_text())
    return [(folder / name, int(entry["imagenet"])) for name, entry in described.items()]


def ten_classes(photos: Path) -> list[tuple[Path, int]]:
    """The validation photos of ten ImageNet classes."""
    return [
        (path, index)
        for wnid, index in TEN.items()
        for path in sorted((photos / "imagenet10" / "val" / wnid).iterdir())
    ]


def _batches(views: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    batch: list[np.ndarray] = []
    for one in views:
        batch.append(one)
        if len(batch) == BATCH:
            yield np.stack(batch)
            batch = []
    if batch:
        yield np.stack(batch)


def cached(files: Sequence[Path]) -> Views:
    """The views that were kept in some files."""
    parts: dict[str, list[Tensor]] = {}
    for file in files:
        with np.load(file) as arrays:
            for name in (*HEADS, "logits"):
                parts.setdefault(name, []).append(torch.from_numpy(arrays[name]))
    return {name: torch.cat(tensors) for name, tensors in parts.items()}


def parted(folder: Path, most: int | None = None) -> tuple[list[Path], list[Path]]:
    """The shards to learn from, and those kept back: the first ones, that hold the same pictures."""
    files = sorted(file for file in folder.glob("*-*.npz") if ".part" not in file.name)
    back = [file for file in files if file.stem.endswith("-000000")]
    return [file for file in files if file not in back][:most], back


def measured_on(file: Path) -> tuple[Views, Tensor]:
    """Known photos as the heads read them, and their classes."""
    with np.load(file) as arrays:
        tensors = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    truth = tensors.pop("truth")
    return tensors, truth

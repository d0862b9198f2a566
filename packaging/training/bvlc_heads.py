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
from torch import Tensor, nn

sys.path[0] = str(Path(__file__).resolve().parents[1])
from training.calibration import fitted_temperature  # noqa: E402
from training.export import write as write_file  # noqa: E402

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("GNET_SHARED", ROOT.parent / "shared"))
MODEL: Final = SHARED / "models" / "bvlc_googlenet_deploy.caffemodel"
WORK: Final = Path(os.environ.get("TRAINING_WORK", "/var/tmp/gnet-training")) / "bvlc"
SHIPS_AS: Final = ROOT / "resources" / "checkpoints" / "bvlc_heads.safetensors"
HEADS: Final = {"aux1": ("4a", 512), "aux2": ("4d", 528)}
LICENCE: Final = "weights MIT; the pictures they learned from are for research use in part"
SIDE: Final = 224
CELLS: Final = 4
BATCH: Final = 8
MEAN: Final = (104.0, 117.0, 123.0)
SHARD: Final = 1024  # views
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
PER_STEP: Final = 128  # views
RATE: Final = 1.5e-3
DECAY: Final = 0.02
DROPOUT: Final = 0.4  # published: 0.7, for a million pictures and their labels
LOGITS: Final = 0.3  # weight of main's logits beside its probabilities
ENDINGS: Final = (".webp", ".jpg", ".jpeg", ".png")


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


def cache(options: argparse.Namespace) -> None:
    """Compute and keep views of all photos, then of as many small pictures; goes on where it was stopped."""
    torch.set_num_threads(options.threads)
    network, paths = trunk(), pictures(options.photos)
    for round_ in range(options.rounds):
        keep(network, len(paths), lambda index: opened(paths[index]), round_, f"{round_:02d}")
    if options.small:
        pixels = np.load(options.small, mmap_mode="r")
        keep(
            network, len(pixels), lambda i: Image.fromarray(pixels[i]), options.rounds, "small", options.most
        )


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
    np.savez(beside, logits=np.concatenate(logits), **arrays, **more)
    os.replace(beside, file)


def cache_known(options: argparse.Namespace) -> None:
    """Keep what is needed to measure: the photos with known classes, prepared as the program does."""
    torch.set_num_threads(options.threads)
    checkpoint = published()
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    network = GoogLeNet.from_checkpoint(checkpoint)

    def tensor(path: Path) -> np.ndarray:
        array: np.ndarray = prepare(read_picture(path), checkpoint.convention).tensor()[0].numpy()
        return array

    for name, found in (("shared", shared_photos()), ("imagenet10", ten_classes(options.photos))):
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


Views = dict[str, Tensor]
"""``aux1``, ``aux2``: what the heads read; ``logits``: what main answers; a row a view."""


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


def train(options: argparse.Namespace) -> None:
    """Train both heads on the kept views against main's soft answers; measured after each epoch."""
    torch.set_num_threads(options.threads)
    files, back = parted(WORK / "views", options.shards)
    read, unseen = cached(files), cached(back)
    known = {
        file.stem: measured_on(file) for file in sorted(WORK.glob("known-*.npz")) if ".part" not in file.name
    }
    heads = begun(options.seed)
    optimiser = torch.optim.AdamW(heads.parameters(), lr=0.0, weight_decay=DECAY)
    count, began = len(read["logits"]), time.monotonic()
    steps = options.epochs * (count // PER_STEP)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min((step + 1) / 100, 1 - step / steps)
        chosen = torch.randint(count, (PER_STEP,)).sort().values
        loss = loss_of(heads, {name: values[chosen] for name, values in read.items()})
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if (step + 1) % (count // PER_STEP) == 0:
            figures = {name: measure(heads, *one) for name, one in known.items()}
            figures["unseen"] = measure(heads, unseen, unseen["logits"].argmax(1))
            print(
                json.dumps({"epoch": round((step + 1) * PER_STEP / count, 1), "of": count, **figures}),
                flush=True,
            )
            heads.train()
    done = {"heads": heads.state_dict(), "views": count, "epochs": options.epochs}
    torch.save(done | {"seconds": time.monotonic() - began}, WORK / "heads.pt")


def begun(seed: int) -> nn.ModuleDict:
    """Fresh heads, whose last layer begins as main's classifier.

    Both read 1024 rectified values, so a head that learns to make main's own values answers classes of
    which it has seen no picture, too.
    """
    torch.manual_seed(seed)
    tensors = published().tensors
    heads = nn.ModuleDict({name: Head(channels) for name, (_, channels) in HEADS.items()})
    for head in heads.values():
        head.fc2.load_state_dict({kind: tensors[f"fc.{kind}"] for kind in ("weight", "bias")})
    return heads


def loss_of(heads: nn.ModuleDict, read: Views) -> Tensor:
    """Cross-entropy of both heads with main's probabilities, and their distance from its logits.

    The distance counts every class in every view, the cross-entropy little but the first ones.
    """
    main = read["logits"].float()
    target = main.softmax(1)
    with torch.autocast("cpu", torch.bfloat16):
        answers = [head(read[name].float(), drop=DROPOUT) for name, head in heads.items()]
    parts = [
        F.cross_entropy(answer, target) + LOGITS * F.mse_loss(_centred(answer), _centred(main))
        for answer in (answer.float() for answer in answers)
    ]
    return torch.stack(parts).sum()


def _centred(logits: Tensor) -> Tensor:
    """Logits (n, classes) less their mean, which no probability depends on."""
    return logits - logits.mean(1, keepdim=True)


def measured_on(file: Path) -> tuple[Views, Tensor]:
    """Known photos as the heads read them, and their classes."""
    with np.load(file) as arrays:
        tensors = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    truth = tensors.pop("truth")
    return tensors, truth


@torch.inference_mode()
def measure(heads: nn.ModuleDict, read: Views, truth: Tensor) -> dict[str, dict[str, float]]:
    """By head: agreement with main's first answer, and right answers among one and five, in per cent."""
    heads.eval()
    main = read["logits"].float()
    answers = {"main": main} | {name: head(read[name].float()) for name, head in heads.items()}
    first = main.argmax(1)
    return {
        name: {
            "agrees": _percent(logits.argmax(1) == first),
            "top1": _percent(logits.argmax(1) == truth),
            "top5": _percent((logits.topk(5).indices == truth[:, None]).any(1)),
        }
        for name, logits in answers.items()
    }


def export(options: argparse.Namespace) -> None:
    """Write the heads as they ship: float16, no weight of the trunk, the trunk's hash in the metadata."""
    state = torch.load(WORK / "heads.pt", weights_only=True)
    heads = nn.ModuleDict({name: Head(channels) for name, (_, channels) in HEADS.items()})
    heads.load_state_dict({name: tensor.half().float() for name, tensor in state["heads"].items()})
    unseen = cached(parted(WORK / "views")[1])
    figures = {
        file.stem.removeprefix("known-"): measure(heads, *measured_on(file))
        for file in sorted(WORK.glob("known-*.npz"))
    }
    texts = {
        "family": "caffe",
        "trunk": published_trunk(),
        "temperatures": json.dumps(temperatures(heads, unseen)),
        "figures": json.dumps(figures),
        "licence": LICENCE,
        "training": (
            f"the trunk as published; loss1 and loss2 learned what the main head answers on {state['views']} "
            f"views of photos and of small pictures, {state['epochs']} epochs"
        ),
    }
    size = write_file(options.out, tensors_of(heads), texts)
    print(
        json.dumps(figures, indent=1), texts["temperatures"], f"wrote {options.out}, {size} bytes", sep="\n"
    )


def tensors_of(heads: nn.ModuleDict) -> dict[str, Tensor]:
    """Their weights in float16, under the program's names (``aux1/fc2.bias``)."""
    state = heads.state_dict()
    return {name.replace(".", "/", 1): tensor.half().contiguous() for name, tensor in state.items()}


@torch.inference_mode()
def temperatures(heads: nn.ModuleDict, unseen: Views) -> dict[str, float]:
    """By head: what its logits are divided by to come nearest to main's probabilities."""
    heads.eval()
    target = unseen["logits"].float().softmax(1)
    return {name: fitted_temperature(head(unseen[name].float()), target) for name, head in heads.items()}


def published() -> Checkpoint:
    """The published network as the program opens it, without added heads."""
    sys.path.insert(0, str(ROOT))
    from gnet_desktop.checkpoints.reading import open_checkpoint

    return open_checkpoint(MODEL, assume={"heads": "file"})


def published_trunk() -> str:
    """The hash by which the program knows the published network."""
    found = published()
    from gnet_desktop.checkpoints.added_heads import trunk_hash

    return trunk_hash(found.architecture, {name: tensor.numpy() for name, tensor in found.tensors.items()})


def _percent(right: Tensor) -> float:
    return round(100 * float(right.float().mean()), 1)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("cache", help="compute what the heads read of views")
    one.add_argument("--photos", type=Path, required=True, help="folder of the unpacked photos")
    one.add_argument("--rounds", type=int, default=2, help="views of each photo")
    one.add_argument("--small", type=Path, help="an array of small pictures (n, 64, 64, 3), for more classes")
    one.add_argument("--most", type=int, default=16384, help="how many of them")
    one.add_argument("--threads", type=int, default=2)
    known = commands.add_parser("cache-known", help="the same of the photos to measure with")
    known.add_argument("--photos", type=Path, required=True)
    known.add_argument("--threads", type=int, default=2)
    fit = commands.add_parser("train", help="train the heads on what was kept")
    fit.add_argument("--shards", type=int, help="use so many shards only, for a pilot")
    fit.add_argument("--epochs", type=int, default=12)
    out = commands.add_parser("export", help="write the file that ships")
    out.add_argument("--out", type=Path, default=SHIPS_AS)
    fit.add_argument("--seed", type=int, default=1)
    fit.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    actions: dict[str, Callable[[argparse.Namespace], None]] = {
        "cache": cache,
        "cache-known": cache_known,
        "train": train,
        "export": export,
    }
    actions[options.command](options)


if __name__ == "__main__":
    main(sys.argv[1:])

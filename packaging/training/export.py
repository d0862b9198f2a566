"""The file that ships: float16 weights, and in its metadata all that a reader must know."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from .augmentation import MEAN, PLAIN, STD, Dice, views
from .mixture import Feed

SHIPS: Final = (144, 144)
"""Short side and centre crop of the network's input: the best of `reporting.SIZES` on validation pictures."""
INPUT: Final = {
    "order": "rgb",
    "range": [0, 1],
    "mean": list(MEAN),
    "std": list(STD),
    "resize": SHIPS[0],
    "crop": SHIPS[1],
    "interpolation": "bicubic, antialiased",
}
LIMITS: Final = "knows {count} everyday things and nothing else: {lacks}; {seen}, so it knows no fine detail"
LICENCE: Final = "weights MIT; the pictures they were trained on are {pictures} (research use)"
SMALL: Final = "62,000 64×64 pictures of 124 ImageNet classes merged into 100 (Tiny ImageNet)"
ARCHITECTURE: Final = "googlenet (torchvision layout, both auxiliary heads trained)"
OUTPUTS: Final = ("fc", "aux1.fc2", "aux2.fc2")
LARGEST: Final = 27_000_000  # bytes
# Views like those the shipped network sees: nearly the whole picture, nothing else changed.
CALM: Final = replace(PLAIN, smallest_area=0.8, largest_area=1.0, stretch=1.05)


@torch.no_grad()
def reestimate(
    net: nn.Module, feed: Feed, *, side: int = SHIPS[1], batches: int = 60, size: int = 128
) -> None:
    """Set the batch-norm statistics anew: the mean over batches of calm training views at the final size.

    Averaged weights produce other statistics than any network they were averaged from.
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean
    device = next(net.parameters()).device
    drops = [module for module in net.modules() if isinstance(module, nn.Dropout)]
    net.train()
    for drop in drops:
        drop.eval()
    for index in range(batches):
        dice = Dice(index, device)
        groups = feed.groups(0, index, size)
        seen = [views(dice, group.pixels.to(device), side=side, strength=CALM) for group in groups]
        net(torch.cat(seen).contiguous(memory_format=torch.channels_last))
    net.eval()


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The float tensors as contiguous float16, without the batch counters that only training reads.

    Raises OverflowError where a value doesn't fit.
    """
    found = {}
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            continue
        half = tensor.detach().cpu().to(torch.float16).contiguous()
        if not bool(torch.isfinite(half).all()):
            raise OverflowError(f"{name} has values that float16 cannot hold")
        found[name] = half
    return found


def weights(file: Path) -> dict[str, Tensor]:
    """The tensors of a file that was exported, in float32."""
    from safetensors.torch import load_file

    return {name: tensor.float() for name, tensor in load_file(file).items()}


def between(old: Mapping[str, Tensor], new: Mapping[str, Tensor], kept: float) -> dict[str, Tensor]:
    """Weights between those that a run began with and those that it ended with: ``kept`` of the ``old`` ones.

    What lies between two such networks is often better than both on pictures unlike those that the second
    learned from (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022). Rows of classes that
    the old network lacks stay as they are.
    """
    found = {name: tensor.clone() for name, tensor in new.items()}
    for name, tensor in old.items():
        if tensor.is_floating_point():
            found[name][: len(tensor)].lerp_(tensor.to(found[name]), kept)
    return found


def levelled(
    state: Mapping[str, Tensor], both: Sequence[int], *, new: int, stretch: float, by: float
) -> dict[str, Tensor]:
    """Weights whose heads answer on one level for classes that were learned from different pictures.

    The rows of classes from ``new`` on are stretched: they fit the new weights, of which some were taken
    back (`between`). And all classes but those with ``both`` small pictures and photos are answered ``by``
    less (logits): nothing else shows the heads both kinds. Both numbers are chosen on validation pictures.
    """
    found = {name: tensor.clone() for name, tensor in state.items()}
    for name in OUTPUTS:
        weight, bias = found[f"{name}.weight"], found[f"{name}.bias"]
        weight[new:] *= stretch
        bias[new:] *= stretch
        lower = torch.full_like(bias, by)
        lower[sorted(set(both))] = 0
        bias -= lower
    return found


def metadata(
    names: Sequence[str],
    figures: Mapping[str, Any],
    *,
    epochs: float,
    seconds: float,
    photos: int = 0,
    strange: int = 0,
    last_layers: int = 0,
    begun_with: str = "",
    kept: float = 0.0,
    teacher: str = "",
) -> dict[str, str]:
    """The texts inside the file, from a report of `reporting.measured`.

    ``photos`` is the number of photos that were mixed with the small pictures, ``strange`` that of pictures
    of no class; ``last_layers`` is how many times the last layers alone learned (0: all learned).
    ``begun_with`` is how the network was trained that the run began with, as its file says, ``kept`` the
    share of its weights, and ``teacher`` the name of the file whose answers it was taught, too.
    """
    more = f" and {photos:,} photos" if photos else ""
    more += f", with {strange:,} pictures of no class" if strange else ""
    hours = f"{seconds / 3600:.1f} hours"
    if begun_with:
        before = begun_with.partition("; averaged weights")[0]
        if last_layers:
            how = f"{before}; then its last layers alone on these and {strange:,} pictures of no class"
            how += f", {seconds / 60:.0f} minutes, the mean of {last_layers} times"
        else:
            how = f"{before}; then {epochs:.0f} epochs on these{more}, mixed, {hours}"
        how += f", beside what {teacher} answers" if teacher else ""
        how += f", and {100 * kept:.0f} % of the weights before" if kept else ""
    else:
        views = f"{epochs:.0f} epochs of views growing from 64 to 112 px"
        how = f"from scratch on {SMALL}{more}, {views}, {hours} on two shared cores"
    heads = figures["heads"]
    chosen = figures["nothing_fits"]["max_probability"]
    short = {
        head: {key: row[key] for key in ("val_top1", "val_top5", "photos_top1", "photos_top5", "ece_after")}
        for head, row in heads.items()
    }
    return {
        "labels": json.dumps(list(names)),
        "input": json.dumps(INPUT),
        "temperatures": json.dumps({head: row["temperature"] for head, row in heads.items()}),
        "nothing_fits": json.dumps({"measure": "max_probability", "threshold": chosen["value"]}),
        "limits": LIMITS.format(
            count=len(names),
            lacks="no text, no drawings" if photos else "no people, no text, no drawings",
            seen="most of its pictures had 64 pixels a side" if photos else "has seen 64-pixel pictures only",
        ),
        "licence": LICENCE.format(pictures="ImageNet's and others'" if photos else "ImageNet's"),
        "architecture": ARCHITECTURE,
        "training": (f"{how}; averaged weights, batch-norm statistics re-estimated at {SHIPS[1]} px"),
        "figures": json.dumps(short),
    }


def write(path: Path, tensors: Mapping[str, Tensor], texts: Mapping[str, str]) -> int:
    """Write the file beside and rename it; its size in bytes. Raises ValueError if it is too large."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    save_file(dict(tensors), beside, metadata=dict(texts))
    beside.chmod(0o644)  # a wheel keeps it, and is read by everyone
    size = beside.stat().st_size
    if size > LARGEST:
        beside.unlink()
        raise ValueError(f"{size} bytes are more than the {LARGEST} that may ship")
    os.replace(beside, path)
    return size

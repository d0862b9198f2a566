"""Figures of a network: on the validation pictures, on real photos, and against pictures of no class."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor, nn

from .augmentation import MEAN, STD, column
from .calibration import Threshold, calibration_error, fitted_temperature, threshold
from .evaluation import HEADS, accuracy, logits_of, predictions
from .export import SHIPS
from .photos import Photos
from .source import Source
from .strangers import KEPT_BACK, strangers

Size = tuple[int, int]  # short side, centre crop
SIZES: Final[tuple[Size, ...]] = (
    (96, 96),
    (128, 128),
    (136, 128),
    (146, 128),
    SHIPS,
    (152, 144),
    (160, 160),
    (170, 160),
    (224, 224),
)
MEASURES: Final = ("max_probability", "entropy")
BEYOND_100: Final = {
    "great_white_shark.jpg": "shark",
    "giant_panda.jpg": "panda",
    "acoustic_guitar.jpg": "guitar",
    "aircraft_carrier.jpg": "ship",
    "coffee_mug.jpg": "cup",
    "grand_piano.jpg": "piano",
    "strawberry.jpg": "strawberry",
    "granny_smith.jpg": "apple",
}
"""Shared photos that show none of the hundred classes, and which of the later ones they show."""


def prepared(image: Image.Image, size: Size) -> Tensor:
    """(3, crop, crop), as the program prepares it: long side rounded, offset of the crop floored."""
    resize, crop = size
    image = ImageOps.exif_transpose(image).convert("RGB")
    scale = resize / min(image.size)
    wide, high = (max(resize, round(length * scale)) for length in image.size)
    small = image.resize((wide, high), Image.Resampling.BICUBIC)
    left, top = (wide - crop) // 2, (high - crop) // 2
    values = (
        torch.from_numpy(np.array(small.crop((left, top, left + crop, top + crop)))).permute(2, 0, 1) / 255
    )
    return ((values[None] - column(MEAN, values.device)) / column(STD, values.device))[0]


def answers(net: nn.Module, images: Iterable[Image.Image], size: Size) -> dict[str, Tensor]:
    """Logits by head for pictures of any size."""
    batch = torch.stack([prepared(image, size) for image in images])
    return logits_of(net, list(torch.split(batch, 50)), fast=False)


def shared_photos(folder: Path, names: Sequence[str]) -> tuple[list[Image.Image], Tensor, list[str]]:
    """The real photos of ``folder``, their classes (−1: none of ``names``), and their file names."""
    described = json.loads((folder / "labels.json").read_text())
    images, classes = [], []
    for name, entry in described.items():
        with Image.open(folder / name) as image:
            images.append(image.convert("RGB"))
        label = entry["everyday100"] or BEYOND_100.get(name)
        classes.append(names.index(label) if label in names else -1)
    return images, torch.tensor(classes), list(described)


def per_class(logits: Tensor, classes: Tensor, names: Sequence[str]) -> dict[str, float]:
    """Top-1 in per cent, by class that occurs, worst first."""
    right = logits.argmax(1) == classes
    found = {
        name: round(100 * float(right[classes == index].float().mean()), 1)
        for index, name in enumerate(names)
        if bool((classes == index).any())
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def confusions(logits: Tensor, classes: Tensor, names: Sequence[str], most: int = 20) -> list[list[Any]]:
    """The most frequent mistakes: [class, answer, per cent of that class's pictures]."""
    count = len(names)
    table = torch.bincount(classes * count + logits.argmax(1), minlength=count**2).view(count, count).float()
    table = 100 * table / table.sum(1, keepdim=True).clamp(min=1)
    table.fill_diagonal_(0)
    best = table.flatten().topk(most)
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [[names[place // count], names[place % count], round(share, 1)] for share, place in pairs]


def sizes(
    net: nn.Module, source: Source, images: Sequence[Image.Image], classes: Tensor
) -> list[dict[str, Any]]:
    """Accuracy by input size, on validation pictures and on the photos that have a class."""
    known = [image for image, label in zip(images, classes.tolist(), strict=True) if label >= 0]
    truth = torch.from_numpy(source.val.classes)
    found = []
    for size in SIZES:
        val = predictions(net, source.val.pixels, resize=size[0], crop=size[1])["main"]
        real = answers(net, known, size)["main"]
        found.append(
            {
                "resize": size[0],
                "crop": size[1],
                "val_top1": accuracy(val, truth, 1),
                "val_top5": accuracy(val, truth, 5),
                "photos_top1": accuracy(real, classes[classes >= 0], 1),
                "photos_top5": accuracy(real, classes[classes >= 0], 5),
            }
        )
    return found


def calibrated(logits: dict[str, Tensor], truth: Tensor) -> dict[str, dict[str, float]]:
    """By head: temperature, and the calibration error before and after.

    The error after is measured on pictures that the temperature was not fitted on: it is fitted on every
    other picture and applied to the rest, and the reverse; the temperature reported is fitted on all.
    """
    found = {}
    for head in HEADS:
        crossed = torch.empty_like(logits[head])
        for part in (slice(0, None, 2), slice(1, None, 2)):
            other = slice(1 - part.start, None, 2)
            crossed[part] = logits[head][part] / fitted_temperature(logits[head][other], truth[other])
        found[head] = {
            "temperature": fitted_temperature(logits[head], truth),
            "ece_before": calibration_error(logits[head].softmax(1), truth),
            "ece_after": calibration_error(crossed.softmax(1), truth),
        }
    return found


def of_strangers(net: nn.Module, outside: Sequence[Image.Image], strange: Photos | None) -> dict[str, Tensor]:
    """Main's logits of pictures of no class, by kind: none of them was learned from.

    ``outside`` are photos; ``strange`` more of them, kept back, of which every fifth counts: as many as
    there are made pictures.
    """
    made = {kind: answers(net, images, SHIPS)["main"] for kind, images in strangers(20, KEPT_BACK).items()}
    found = made | {"photos outside": answers(net, outside, SHIPS)["main"]}
    if strange is not None:
        photos = predictions(net, strange.large[::5], resize=SHIPS[0], crop=SHIPS[1], fast=False)
        found["other things"] = photos["main"]
    return found


def nothing_fits(
    unknown: Mapping[str, Tensor], known: Tensor, truth: Tensor, temperature: float
) -> dict[str, Any]:
    """Thresholds by both measures, from main's logits of strangers by kind and of pictures with a class."""
    probabilities = {kind: (logits / temperature).softmax(1) for kind, logits in unknown.items()}
    inside = (known / temperature).softmax(1)
    right = known.argmax(1) == truth
    everything = torch.cat(list(probabilities.values()))
    found: dict[str, Any] = {}
    for measure in MEASURES:
        chosen: Threshold = threshold(inside, right, everything, measure=measure)
        found[measure] = asdict(chosen)
    value = found["max_probability"]["value"]
    hinted = {
        kind: round(100 * float((p.max(1).values < value).float().mean()), 1)
        for kind, p in probabilities.items()
    }
    return found | {"hinted_by_kind": hinted}


def real_photos(logits: dict[str, Tensor], truth: Tensor, names: Sequence[str]) -> dict[str, Any]:
    """Accuracy of each head on validation photos, and main's by class, worst first."""
    heads = {head: [accuracy(logits[head], truth, among) for among in (1, 5)] for head in HEADS}
    return {
        "photos": len(truth),
        "heads": heads,
        "calibration": calibrated(logits, truth),
        "per_class": per_class(logits["main"], truth, names),
        "confusions": confusions(logits["main"], truth, names),
    }


def measured(
    net: nn.Module,
    source: Source,
    folder: Path,
    photos: Photos | None = None,
    strange: Photos | None = None,
) -> dict[str, Any]:
    """All figures of the report; float32, about a minute on two free cores.

    ``folder`` has the shared photos; ``photos`` are validation photos, and ``strange`` photos of no class
    that were kept back, where there are any. Temperatures and the threshold are those of small pictures and
    photos together.
    """
    truth = torch.from_numpy(source.val.classes)
    logits = predictions(net, source.val.pixels, resize=SHIPS[0], crop=SHIPS[1], fast=False)
    images, classes, files = shared_photos(folder, source.names)
    real = answers(net, images, SHIPS)
    every, truths, of_photos = logits, truth, dict[str, Any]()
    if photos is not None:
        sharp = predictions(net, photos.large, resize=SHIPS[0], crop=SHIPS[1], fast=False)
        shown_there = torch.from_numpy(photos.classes.copy())
        of_photos = real_photos(sharp, shown_there, source.names)
        every = {head: torch.cat([logits[head], sharp[head]]) for head in HEADS}
        truths = torch.cat([truth, shown_there])
    calibration = calibrated(every, truths)
    known = classes >= 0
    outside = [image for image, inside in zip(images, known.tolist(), strict=True) if not inside]
    heads = {
        head: {
            "val_top1": accuracy(logits[head], truth, 1),
            "val_top5": accuracy(logits[head], truth, 5),
            "photos_top1": accuracy(real[head][known], classes[known], 1),
            "photos_top5": accuracy(real[head][known], classes[known], 5),
            **calibration[head],
        }
        for head in HEADS
    }
    temperature = calibration["main"]["temperature"]
    best = (real["main"] / temperature).softmax(1).max(1)
    shown = [
        [file, source.names[label] if label >= 0 else None, source.names[answer], round(probability, 3)]
        for file, label, answer, probability in zip(
            files, classes.tolist(), best.indices.tolist(), best.values.tolist(), strict=True
        )
    ]
    return {
        "heads": heads,
        "sizes": sizes(net, source, images, classes),
        "nothing_fits": nothing_fits(of_strangers(net, outside, strange), every["main"], truths, temperature),
        "photos": shown,
        "real_photos": of_photos,
        "per_class": per_class(logits["main"], truth, source.names),
        "confusions": confusions(logits["main"], truth, source.names),
    }


def as_text(figures: dict[str, Any]) -> str:
    """The report for people."""
    lines = ["head   val top-1  top-5   photos top-1  top-5   temperature   ECE before → after"]
    for head, row in figures["heads"].items():
        lines.append(
            f"{head:5} {row['val_top1']:9.2f} {row['val_top5']:7.2f} {row['photos_top1']:13.1f} "
            f"{row['photos_top5']:6.1f} {row['temperature']:13.3f} "
            f"{row['ece_before']:12.2f} → {row['ece_after']:.2f}"
        )
    lines += ["", "resize crop   val top-1  top-5   photos top-1  top-5"]
    for row in figures["sizes"]:
        lines.append(
            f"{row['resize']:6} {row['crop']:4} {row['val_top1']:11.2f} {row['val_top5']:6.2f} "
            f"{row['photos_top1']:13.1f} {row['photos_top5']:6.1f}"
        )
    for name in ("nothing_fits", "photos", "real_photos", "per_class", "confusions"):
        rows = figures[name]
        entries = rows.items() if isinstance(rows, dict) else rows
        lines += ["", name.replace("_", " "), *(f"  {entry}" for entry in entries)]
    return "\n".join(lines)

"""The commands that report on a run's state, and write it as the file that ships."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import safe_open
from torch import Tensor, nn

from . import state as states
from .export import between, halved, levelled, metadata, reestimate, weights, write
from .material import data
from .mixture import Feed, feed_of
from .photos import Photos
from .replica import network
from .reporting import as_text, measured
from .source import Source

SHIPPED: Final = Path(__file__).resolve().parents[2] / "resources" / "checkpoints"


def training_of(file: Path) -> str:
    """How an exported file says that it was trained."""
    with safe_open(file, "np") as opened:
        return str(opened.metadata()["training"])


def evaluate(options: argparse.Namespace) -> int:
    """Report on a state as an export would be, or on a file as it is."""
    torch.set_num_threads(options.threads)
    source, photos = data(options)
    net = network(len(source.names))
    if options.file is not None:
        net.load_state_dict(weights(options.file), strict=False)
    elif (state := states.load(options.work / options.run)) is not None:
        as_shipped(net, state[options.weights], feed_for(state["run"], source, photos))
    else:
        print(f"training: {options.work / options.run} holds no state", file=sys.stderr)
        return 2
    figures = measured(net, source, options.images, photos.get("val"), photos.get("kept back"))
    print(as_text(figures))
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def feed_for(run: Mapping[str, Any], source: Source, photos: Mapping[str, Photos]) -> Feed | None:
    """What the statistics of a run's network are estimated on, or None where only its last layers learned.

    Then the layers before are those of a finished file, whose statistics were estimated for it.
    """
    return None if "last_layers" in run else feed_of(source.train, photos.get("train"))


def as_shipped(net: nn.Module, state: dict[str, Tensor], feed: Feed | None) -> None:
    """Give ``net`` the weights of ``state``, its statistics anew from ``feed``, all rounded to float16.

    Without a feed the statistics stay as they are.
    """
    net.load_state_dict(state)
    if feed is not None:
        reestimate(net, feed)
    net.load_state_dict({name: t.float() for name, t in halved(net.state_dict()).items()}, strict=False)


def export(options: argparse.Namespace) -> int:
    """Evaluate a run's weights as they ship, and write them with the figures inside."""
    torch.set_num_threads(options.threads)
    source, photos = data(options)
    state = states.load(options.work / options.run)
    if state is None:
        print(f"training: {options.work / options.run} holds no state", file=sys.stderr)
        return 2
    run = state["run"]
    if options.begun_with is None and (options.keep or "last_layers" in run):
        print(
            "training: name by --begun-with the file that the run began with: it is needed for --keep, and "
            "where only last layers learned, to tell how the rest did",
            file=sys.stderr,
        )
        return 2
    net = network(len(source.names))
    final = state[options.weights]
    if options.keep:
        final = between(weights(options.begun_with), final, options.keep)
    if photos:
        new = int(source.train.classes.max()) + 1  # only photos show the classes from here on
        both = [one for one in set(photos["train"].classes.tolist()) if one < new]
        final = levelled(final, both, new=new, stretch=options.stretch, by=options.lower)
    as_shipped(net, final, feed_for(run, source, photos))
    figures = measured(net, source, options.images, photos.get("val"), photos.get("kept back"))
    epochs = run["step"] * run["batch"] / len(source.train)
    seconds, mixed, strange = run["seconds"], *(len(photos.get(kind, ())) for kind in ("train", "learned"))
    before = training_of(options.begun_with) if options.begun_with else ""
    texts = metadata(
        source.names,
        figures,
        epochs=epochs,
        seconds=seconds,
        photos=mixed,
        strange=strange,
        last_layers=run.get("last_layers", 0),
        begun_with=before,
        kept=options.keep,
        teacher=options.teacher.stem if options.teacher else "",
    )
    out = options.out or SHIPPED / f"everyday{len(source.names)}.safetensors"
    size = write(out, halved(net.state_dict()), texts)
    print(as_text(figures))
    print(f"wrote {out}, {size} bytes")
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0

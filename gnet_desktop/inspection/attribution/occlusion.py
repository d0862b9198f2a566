"""Occlusion (Zeiler and Fergus, 2014): what the target loses when a window of the picture is covered."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.inspection.attribution.attribution import (
    Attribution,
    Progress,
    Question,
    Target,
    check_target,
    report,
    unwatched,
)
from gnet_desktop.inspection.attribution.batching import batch_size, in_batches
from gnet_desktop.network.changes import Change
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

WINDOW: Final = 1 / 7
"""Side of the window as a share of the input's shorter one: 32 pixels of 224."""
COARSE: Final = 8
"""Windows a side of the first, coarse map."""


def occlusion(
    network: "GoogLeNet",
    record: Record,
    target: Target,
    cover: Array,
    *,
    window: int | None = None,
    step: int | None = None,
    progress: Progress = unwatched,
    changes: Sequence[Change] = (),
) -> Attribution:
    """The loss at each input pixel, (height, width): the mean over the windows that cover it.

    ``cover`` is what stands in a covered window, an input of the same shape. ``window`` and
    ``step`` are in pixels; by default a seventh of the side, and half of that. A coarse map
    is shown first, where somebody watches. Raises Cancelled once ``progress`` says no.
    """
    check_target(target, record)
    picture = record.input
    assert picture is not None
    window = window or max(1, round(min(picture.shape[1:]) * WINDOW))
    step = step or max(1, window // 2)
    if progress is not unwatched:
        side = max(1, min(picture.shape[1:]) // COARSE)
        if side > step:
            _losses(network, picture, target, cover, side, side, progress, (0.0, 0.25), changes)
    losses = _losses(network, picture, target, cover, window, step, progress, (0.25, 1.0), changes)
    return Attribution(
        "occlusion",
        target,
        losses,
        target.value(record),
        note=f"The largest loss is {losses.max():.3g} of {target.value(record):.3g}.",
        settings={"window": window, "step": step},
    )


def _losses(
    network: "GoogLeNet",
    picture: Array,
    target: Target,
    cover: Array,
    window: int,
    step: int,
    progress: Progress,
    span: tuple[float, float],
    changes: Sequence[Change],
) -> Array:
    import torch

    windows = list(_windows(picture.shape[1], picture.shape[2], window, step))
    total, covered = (np.zeros(picture.shape[1:], np.float64) for _ in range(2))

    def value_of(batch: Array) -> list[float]:
        found = network.outputs(torch.from_numpy(batch), (target.name,), changes=changes)
        values: list[float] = target.of(found[target.name]).tolist()
        return values

    whole = value_of(picture[None])[0]
    for part in in_batches(len(windows), batch_size(picture.shape)):
        batch = np.repeat(picture[None], len(windows[part]), 0)
        for one, (down, across) in zip(batch, windows[part], strict=True):
            one[:, down, across] = cover[:, down, across]
        for value, (down, across) in zip(value_of(batch), windows[part], strict=True):
            total[down, across] += whole - value
            covered[down, across] += 1
        so_far = (total / np.maximum(covered, 1)).astype(np.float32)
        report(progress, span[0] + (span[1] - span[0]) * part.stop / len(windows), so_far)
    return np.asarray(total / np.maximum(covered, 1), np.float32)


def _windows(height: int, width: int, window: int, step: int) -> Iterator[tuple[slice, slice]]:
    """Windows from the top left corner on; the last of a row or column is cut at the edge."""
    for top in _starts(height, window, step):
        for left in _starts(width, window, step):
            yield slice(top, min(top + window, height)), slice(left, min(left + window, width))


def _starts(side: int, window: int, step: int) -> range:
    return range(0, max(side - window, 0) + step, step) if side > window else range(1)


def occlusion_of(asked: Question) -> Attribution:
    """`occlusion`, as it is asked by name."""
    return occlusion(
        asked.network,
        asked.record,
        asked.target,
        asked.beside(),
        window=asked.window,
        progress=asked.progress,
        changes=asked.changes,
    )

"""The confusion matrix as numbers: the order of its classes, what is in sight of it, its colours. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.folder.figures import Ints

LEAST: Final = 4
"""Classes that stay in sight at the strongest zoom."""
_FAINTEST: Final = 0.3
"""Strength of a colour that stands for a single picture of many."""

Colour = tuple[int, int, int]


def order_of(confusion: Mapping[tuple[int, int], int], shown: Sequence[int]) -> list[int]:
    """Classes so that those that are taken for each other stand together.

    Greedy: each class is followed by the one it is most often confused with among those left;
    a matrix of a hundred classes then shows blocks instead of dust.
    """
    counts = counts_of(confusion, shown)[:, :-1]
    between = counts + counts.T
    left, order, last = np.ones(len(shown), bool), list[int](), None
    for _ in shown:
        pull = np.where(left, between[last], -1) if last is not None else np.where(left, 0, -1)
        last = int(pull.argmax())
        left[last] = False
        order.append(shown[last])
    return order


def counts_of(confusion: Mapping[tuple[int, int], int], order: Sequence[int]) -> Ints:
    """(classes, classes + 1): rows are the truth, columns the answers, the last one all others."""
    place = {index: row for row, index in enumerate(order)}
    counts = np.zeros((len(order), len(order) + 1), np.int64)
    for (truth, answer), count in confusion.items():
        counts[place[truth], place.get(answer, len(order))] += count
    return counts


@dataclass(frozen=True, slots=True)
class SeenCells:
    """The rows and columns that are seen: ``span`` of ``count`` each, from ``row`` and ``column`` on."""

    count: int
    span: int
    row: int = 0
    column: int = 0

    @classmethod
    def whole(cls, count: int) -> "SeenCells":
        """All of them."""
        return cls(count, count)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is out of sight."""
        return self.span == self.count

    def zoomed(self, factor: float, row: int, column: int) -> "SeenCells":
        """``factor`` times as large, with a cell where it is."""
        step = -1 if factor > 1 else 1
        span = round(self.span / factor)
        span = self.span + step if span == self.span else span
        span = min(self.count, max(min(LEAST, self.count), span))
        share = span / self.span
        return replace(self, span=span).at(
            round(row - (row - self.row) * share), round(column - (column - self.column) * share)
        )

    def moved(self, rows: int, columns: int) -> "SeenCells":
        """That many further, as far as there are any."""
        return self.at(self.row + rows, self.column + columns)

    def with_cell(self, row: int, column: int) -> "SeenCells":
        """Moved as little as brings a cell into sight."""
        last = self.span - 1
        return self.at(
            min(max(self.row, row - last), row),
            min(max(self.column, column - last), column) if column < self.count else self.column,
        )

    def at(self, row: int, column: int) -> "SeenCells":
        """With that first row and column, as far as there are any."""
        most = self.count - self.span
        return replace(self, row=min(max(0, row), most), column=min(max(0, column), most))


def pooled(
    shares: NDArray[np.float64], right: NDArray[np.bool_], by: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The largest of each ``by`` × ``by`` cells, and whether a right answer is among them: no cell that
    counts is lost where there are more cells than pixels.
    """
    rows, columns = (-(-side // by) for side in shares.shape)
    room = ((0, rows * by - shares.shape[0]), (0, columns * by - shares.shape[1]))
    blocks = (rows, by, columns, by)
    largest: NDArray[np.float64] = np.pad(shares, room).reshape(blocks).max((1, 3))
    among: NDArray[np.bool_] = np.asarray(np.pad(right, room).reshape(blocks).any((1, 3)))
    return largest, among


def coloured(
    shares: NDArray[np.float64], right: NDArray[np.bool_], ground: Colour, good: Colour, bad: Colour
) -> NDArray[np.uint8]:
    """(rows, columns, 4) as RGBA: the ground where nothing is counted, else ``good`` or ``bad`` by share."""
    strength = np.where(shares > 0, _FAINTEST + (1 - _FAINTEST) * np.sqrt(shares), 0)[..., None]
    full = np.where(right[..., None], np.array(good, float), np.array(bad, float))
    mixed = np.array(ground, float) * (1 - strength) + full * strength
    pixels = np.full((*shares.shape, 4), 255, np.uint8)
    pixels[..., :3] = np.rint(mixed)
    return pixels

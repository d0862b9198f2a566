"""Where words over the photo stand: beside what they name, and over nothing that is looked at."""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF

from gnet_desktop.gui.painting.numbers import size as size_words

_AWAY: Final = 4.0
_PER_PIXEL: Final = 10.0
"""What a pixel between label and box costs, against a pixel's area of what is covered."""

_PER_FORM: Final = 3000.0
"""What it costs to say less."""

Weighed = tuple[QRectF, float]
"""A rectangle with how bad it is to cover it."""


def field_words(size: int, width: int, height: int) -> tuple[str, ...]:
    """What a cell sees: a square of ``size`` pixels, or how much of it lies on the input; longest first."""
    whole = QCoreApplication.translate("photo", "receptive field {0}").format(size_words(size, size))
    if (width, height) == (size, size):
        return whole, size_words(size, size)
    cut, full = size_words(width, height), size_words(size, size)
    return (
        QCoreApplication.translate("photo", "{0}, cut to {1} at the edge").format(whole, cut),
        QCoreApplication.translate("photo", "sees {0} of {1}").format(cut, full),
        cut,
    )


def place_words(
    sizes: Sequence[QSizeF], named: QRectF, bounds: QRectF, covered: Sequence[Weighed]
) -> tuple[int, QRectF]:
    """Which of some forms of a label, the longest first, stands best near the box that it names, and where.

    Inside ``bounds``, covering as little as possible of what is ``covered`` and not far from
    the box; below before above.
    """
    fitting = [at for at, size in enumerate(sizes) if size.width() <= bounds.width()] or [len(sizes) - 1]
    places = {at: _place(sizes[at], named, bounds, covered) for at in fitting}
    chosen = min(fitting, key=lambda at: places[at][0] + _PER_FORM * at)
    return chosen, places[chosen][1]


def _place(size: QSizeF, named: QRectF, bounds: QRectF, covered: Sequence[Weighed]) -> tuple[float, QRectF]:
    """What the best place of one form costs, and the place."""
    places = [_inside(QRectF(corner, size), bounds) for corner in _corners(size, named, bounds)]
    costs = [_cost(place, covered) + _PER_PIXEL * _distance(place, named) for place in places]
    best = min(range(len(places)), key=costs.__getitem__)
    return costs[best], places[best]


def _corners(size: QSizeF, box: QRectF, bounds: QRectF) -> Iterator[QPointF]:
    """Upper left corners of places worth trying, the preferred ones first."""
    wide, high = size.width(), size.height()
    for y in (box.bottom() + _AWAY, box.top() - high - _AWAY):
        yield from (QPointF(box.right() - wide, y), QPointF(box.left(), y))
    for x in (box.right() + _AWAY, box.left() - wide - _AWAY):
        yield from (QPointF(x, box.bottom() - high), QPointF(x, box.top()))
    for outer in (box, bounds):
        for y in (outer.bottom() - high, outer.top()):
            yield from (QPointF(outer.right() - wide, y), QPointF(outer.left(), y))


def _inside(place: QRectF, bounds: QRectF) -> QRectF:
    moved = QRectF(place)
    moved.moveLeft(max(bounds.left(), min(place.left(), bounds.right() - place.width())))
    moved.moveTop(max(bounds.top(), min(place.top(), bounds.bottom() - place.height())))
    return moved


def _cost(place: QRectF, covered: Sequence[Weighed]) -> float:
    """How much of what is there lies below the label."""
    common = ((place.intersected(one), weight) for one, weight in covered)
    return sum(weight * box.width() * box.height() for box, weight in common)


def _distance(one: QRectF, other: QRectF) -> float:
    """Pixels between two boxes."""
    across = max(one.left() - other.right(), other.left() - one.right(), 0.0)
    down = max(one.top() - other.bottom(), other.top() - one.bottom(), 0.0)
    return across + down

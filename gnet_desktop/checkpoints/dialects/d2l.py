"""Dive into Deep Learning's names, old (p) and new (b), and copies with attributes (docs/formats.md)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, in_modules, in_order, plain


def _dialect(name: str, title: str, letter: str, stage: str, first: int, classifier: str) -> Dialect:
    """``stage`` is the pattern of a block's name, counted from ``first``."""
    parts = {
        "1x1": f"{letter}1_1",
        "3x3_reduce": f"{letter}2_1",
        "3x3": f"{letter}2_2",
        "5x5_reduce": f"{letter}3_1",
        "5x5": f"{letter}3_2",
        "pool_proj": f"{letter}4_2",
    }
    one, two, *rest = (stage.format(first + number) for number in range(5))
    return Dialect(
        name,
        title,
        "d2l",
        plain({"conv1": f"{one}.0", "conv2": f"{two}.0", "conv3": f"{two}.2"})
        | in_modules(in_order(*(f"{block}.{{}}." for block in rest)), parts),
        {"fc": classifier},
        pools={"pool1": f"{one}.2", "pool2": f"{two}.4", "pool3": f"{rest[0]}.2", "pool4": f"{rest[1]}.5"},
        switches={"edition": "later"} if letter == "b" else {},
    )


DIALECTS: Final = (
    _dialect("d2l", "the names of Dive into Deep Learning", "b", "{}", 0, "5"),
    _dialect("d2l-old", "the older names of Dive into Deep Learning", "p", "{}", 0, "5"),
    _dialect("d2l-blocks", "Dive into Deep Learning's names in blocks", "b", "b{}", 1, "fc"),
    _dialect("d2l-old-blocks", "Dive into Deep Learning's older names in blocks", "p", "b{}", 1, "fc"),
)

"""Which input sizes a network can take, and the side of a map after a layer.

Sizes are (height, width) in pixels or cells.
"""

from dataclasses import dataclass
from math import isqrt
from typing import Final

from typing_extensions import override

from gnet_desktop.errors import PictureError
from gnet_desktop.network.architecture import Architecture, Convolution, Head, Pool

Size = tuple[int, int]

_LARGEST_SIDE: Final = 1 << 14
# A pass keeps about 280 bytes a pixel: this is 1.2 GB.
_LARGEST_AREA: Final = 1 << 22


def padding_of(layer: Convolution | Pool, side: int) -> tuple[int, int]:
    """Cells that a layer adds before and after an input of that side.

    TensorFlow's ``same`` pads by the input's size, the smaller half first.
    """
    if isinstance(layer.padding, int):
        return layer.padding, layer.padding
    missing = max((-(-side // layer.stride) - 1) * layer.stride + layer.kernel - side, 0)
    return missing // 2, missing - missing // 2


def side_after(layer: Convolution | Pool, side: int) -> int:
    """Side of a layer's output (torch's rules for floor and ceil); 0 or less: it doesn't fit."""
    before, after = padding_of(layer, side)
    span = side + before + after - layer.kernel
    if not (isinstance(layer, Pool) and layer.ceil):
        return span // layer.stride + 1
    cells = -(-span // layer.stride) + 1
    starts_outside = (cells - 1) * layer.stride >= side + before
    return cells - 1 if starts_outside else cells


@dataclass(frozen=True, slots=True)
class Range:
    """Allowed sides in pixels, both ends included; ``high`` None: no upper limit."""

    low: int
    high: int | None

    def __contains__(self, side: int) -> bool:
        return self.low <= side and (self.high is None or side <= self.high)

    @override
    def __str__(self) -> str:
        if self.high is None:
            return f"{self.low} or more"
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"


def allowed_sizes(architecture: Architecture) -> dict[str, Range]:
    """Sides in pixels that ``main`` and each head can take, for height and width alike.

    ``main`` is the size that the network itself takes; a head may be pickier. A
    head that fits no size is left out.
    """
    window = architecture.global_pool.window
    found = {"main": _range(architecture, None, window)}
    for head in architecture.heads:
        found[head.name] = _range(architecture, head, _cells(head))
    return {name: sides for name, sides in found.items() if sides is not None}


def head_fits(architecture: Architecture, head: Head, input_size: Size) -> bool:
    """Whether a head can read the map that an input of this size gives."""
    cells = _cells(head)
    sides = [_side(architecture, head, side) for side in input_size]
    return all(side >= 1 and cells in (None, side) for side in sides)


def check_size(architecture: Architecture, input_size: Size, *, whole: bool = True) -> None:
    """Raise PictureError, with the sizes that do fit, if the network cannot take this one.

    Not ``whole``: as far as the last maps, which any size gives that is large enough.
    """
    if input_size[0] * input_size[1] > _LARGEST_AREA:
        raise PictureError(
            f"An input of {input_size[1]}×{input_size[0]} is too large.",
            "Its maps would take more than a gigabyte of memory.",
            "Choose a convention that makes it smaller.",
        )
    window = architecture.global_pool.window if whole else None
    if all(_fits(_side(architecture, None, side), window) for side in input_size):
        return
    height, width = input_size
    allowed = _range(architecture, None, window)
    raise PictureError(
        f"This network cannot take an input of {width}×{height}.",
        f"Its sides must be {allowed} pixels." if allowed else "No size fits it.",
        "Choose another crop or input size.",
    )


def _fits(side: int, window: int | None) -> bool:
    return side >= 1 if window is None else side == window


def _cells(head: Head) -> int | None:
    """Side of the map that the head's hidden layer needs; None if its pool makes it so."""
    if not isinstance(head.pool, Pool):
        return None
    return isqrt(head.layers[0].inputs // head.convolution.outputs)


def _side(architecture: Architecture, head: Head | None, side: int) -> int:
    """Side of the last map before the classifier, or of a head's pooled one; 0 if it vanishes."""
    for layer in architecture.trunk:
        if isinstance(layer, Convolution | Pool):
            side = side_after(layer, side)
            if side < 1:
                return 0
        if head is not None and layer.name == head.source:
            return side_after(head.pool, side) if isinstance(head.pool, Pool) else side
    return side


def _range(architecture: Architecture, head: Head | None, wanted: int | None) -> Range | None:
    """Sides whose last map is ``wanted`` cells wide (None: at least 1); None if there is none.

    Every layer's output grows with its input, so the sides are one run of numbers.
    """
    low = None
    for side in range(1, _LARGEST_SIDE):
        cells = _side(architecture, head, side)
        if wanted is None and cells >= 1:
            return Range(side, None)
        if wanted is not None and cells == wanted and low is None:
            low = side
        if wanted is not None and cells > wanted:
            return Range(low, side - 1) if low is not None else None
    return None

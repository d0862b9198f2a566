"""Tuning curves: what the units of a part answer to drawn stimuli on grey.

Exact and without data: some hundred passes up to that part tell the orientation, the size,
the curvature and the colour that each of its units prefers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.convention import Convention
from gnet_desktop.inspection.attribution.batching import batch_size, in_batches

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Array = NDArray[np.float32]

SIDE: Final = 128
"""Side of a stimulus, in pixels."""
GREY: Final = 0.5
DEGREES: Final = tuple(range(0, 180, 15))
"""Orientations of gratings: the direction in which they change, from the right downward."""
TURNS: Final = tuple(range(0, 360, 30))
"""Directions of edges (towards the bright side) and of curves (towards the centre of the arc)."""
WAVELENGTHS: Final = (3, 5, 8, 12, 20, 32)
RADII: Final = (8, 16, 32, 64)
HUES: Final = tuple(range(0, 360, 30))
SATURATIONS: Final = (0.33, 0.67, 1.0)
_PHASES: Final = (0, 90, 180, 270)
_SOFT: Final = 1.5
"""Pixels over which an edge or a line goes from dark to bright."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """What each unit answers to a kind of stimuli, by two of their properties.

    ``peaks`` is the largest cell, ``middle`` the cell in the middle of the map, both float32
    (first, second, channels), after the rectifier; ``first`` and ``second`` are the
    properties' values.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]
    peaks: Array
    middle: Array

    def curve(self, channel: int) -> Array:
        """The answers by the first property, each at the best value of the second: (first,)."""
        best: Array = self.peaks[:, :, channel].max(1)
        return best

    def best(self, channel: int) -> tuple[float, float]:
        """The two properties of the stimulus that it answers to most, the first of equals."""
        first, second = np.unravel_index(int(self.peaks[:, :, channel].argmax()), self.peaks.shape[:2])
        return self.first[int(first)], self.second[int(second)]


def tuned(
    network: "GoogLeNet",
    convention: Convention,
    part: str,
    kinds: Sequence[str] = (),
    along: Array | None = None,
) -> Iterator[tuple[float, dict[str, Responses]]]:
    """The responses of all units of a part, a batch at a time: the share that is done, and what is whole.

    That is {kind: responses}, of all `KINDS` or of ``kinds`` of them. With ``along`` (directions,
    channels) these directions answer in place of the units. Only from the thread that owns the
    network.
    """
    chosen = {name: KINDS[name] for name in kinds or KINDS}
    total, done = sum(len(kind) for kind in chosen.values()), 0
    found: dict[str, Responses] = {}
    for name, kind in chosen.items():
        values = []
        for batch in in_batches(len(kind), batch_size((3, SIDE, SIDE))):
            values.append(_answers(network, convention, part, kind.drawn(batch), along))
            done += batch.stop - batch.start
            if batch.stop < len(kind):
                yield done / total, found
        peaks, middle = (np.concatenate(side) for side in zip(*values, strict=True))
        made = Responses(kind.first, kind.second, kind.by_property(peaks), kind.by_property(middle))
        found = found | {name: made}
        yield done / total, found


def _answers(
    network: "GoogLeNet", convention: Convention, part: str, pictures: Array, along: Array | None
) -> tuple[Array, Array]:
    """(pictures, channels) of the largest cell and of the cell in the middle."""
    import torch

    from gnet_desktop.inspection.visualisation.reading import as_input

    value = as_input(torch.from_numpy(pictures), convention)
    maps = network.outputs(value, (part,))[part]
    if along is not None:
        maps = torch.einsum("dk,nkhw->ndhw", torch.from_numpy(along).to(maps.device), maps)
    middle = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]
    return maps.amax((2, 3)).cpu().numpy(), middle.cpu().numpy()


@dataclass(frozen=True, slots=True)
class Kind:
    """Stimuli by two properties, and perhaps a third of which only the best counts."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    draw: Callable[[float, float, float], Array]
    third: tuple[float, ...] = (0.0,)

    def __len__(self) -> int:
        return len(self.first) * len(self.second) * len(self.third)

    def drawn(self, batch: slice) -> Array:
        """The pictures of a part of all stimuli, RGB 0…1: (pictures, 3, side, side)."""
        return np.stack([self.draw(*one) for one in list(self._all())[batch]])

    def by_property(self, values: Array) -> Array:
        """(stimuli, channels) as (first, second, channels), the best of the third."""
        shape = len(self.first), len(self.second), len(self.third), values.shape[1]
        best: Array = values.reshape(shape).max(2)
        return best

    def _all(self) -> Iterator[tuple[float, float, float]]:
        return ((one, two, three) for one in self.first for two in self.second for three in self.third)


def grating(degrees: float, wavelength: float, phase: float) -> Array:
    """Sine waves of full contrast."""
    wave = np.cos(2 * np.pi * _along(degrees) / wavelength + np.radians(phase))
    return _grey(GREY + wave / 2)


def edge(degrees: float, contrast: float, _: float = 0) -> Array:
    """Dark on one side of the middle, bright on the other."""
    return _grey(GREY + contrast * (_step(_along(degrees)) - 0.5))


def arc(degrees: float, radius: float, contrast: float = 1) -> Array:
    """A bright disc (dark for a negative contrast) whose rim goes through the middle."""
    down, across = _grid()
    angle = np.radians(degrees)
    away = np.hypot(across - radius * np.cos(angle), down - radius * np.sin(angle))
    return _grey(GREY + contrast * (_step(radius - away) - 0.5))


def patch(hue: float, saturation: float, _: float = 0) -> Array:
    """One colour everywhere, as bright as grey is on the average of its channels."""
    turn = np.radians(hue) - np.radians([0, 120, 240])
    colour = GREY + GREY * saturation * np.cos(turn)
    whole = np.broadcast_to(colour[:, None, None], (3, SIDE, SIDE))
    return np.ascontiguousarray(whole, np.float32)


KINDS: Final[Mapping[str, Kind]] = {
    "gratings": Kind(DEGREES, WAVELENGTHS, grating, _PHASES),
    "edges": Kind(TURNS, (0.5, 1.0), edge),
    "curves": Kind(TURNS, RADII, arc, (-1.0, 1.0)),
    "colours": Kind(HUES, SATURATIONS, patch),
}


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(down, across) of each pixel from the middle."""
    place = np.arange(SIDE) - (SIDE - 1) / 2
    down, across = np.meshgrid(place, place, indexing="ij")
    return down, across


def _along(degrees: float) -> NDArray[np.float64]:
    """How far each pixel lies along a direction."""
    down, across = _grid()
    angle = np.radians(degrees)
    return np.asarray(across * np.cos(angle) + down * np.sin(angle))


def _step(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(away / _SOFT + 0.5, 0, 1)


def _grey(values: NDArray[np.float64]) -> Array:
    return np.ascontiguousarray(np.broadcast_to(values, (3, SIDE, SIDE)), np.float32)

"""Heads found by their place and shape, whatever they are called.

The main classifier reads the last map's channels, or is a chain of matrices the first of
which does. An auxiliary head is a 1×1 convolution that reads the output of 4a or 4d, a
matrix that reads a square map of its channels, and a matrix behind that.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isqrt
from typing import Final

from gnet_desktop.checkpoints.recognition.layering import Layer, shared
from gnet_desktop.network.architecture import AUXILIARY, BRANCHES, MODULES

PARTS: Final = ("conv", "fc1", "fc2")
"""The layers of an auxiliary head in order."""

_LONGEST_CHAIN: Final = 4
_WORDS: Final = re.compile(r"[A-Za-z]+\d*")
_OTHER_TASKS: Final = frozenset(
    ("proj", "projector", "projection", "predictor", "embed", "embedding", "prototypes", "domain", "teacher")
)
"""Words in the name of a matrix that mark it as another thing than the classifier, where one of two is."""


@dataclass
class Places:
    """Where the layers of a file belong: ``known`` are those in their place, ``free`` all others.

    ``ends`` are the channels that heads read: of ``4a``, ``4d`` and of the last map (``main``).
    """

    known: dict[str, Layer]
    free: list[Layer]
    ends: Mapping[str, int]
    chain: list[Layer] = field(default_factory=list)

    @classmethod
    def of(
        cls, layers: list[Layer], names: Mapping[str, Mapping[str, str]], used: Collection[str]
    ) -> "Places | None":
        """The places of layers of which some have theirs already; None without a whole trunk.

        ``used`` are tensors that belong to some place, too.
        """
        by_weight = {layer.names["weight"]: layer for layer in layers}
        known = {
            name: by_weight[parts["weight"]]
            for name, parts in names.items()
            if parts.get("weight") in by_weight
        }
        ends = _ends(known)
        if ends is None:
            return None
        free = {**by_weight}
        for name in (*(layer.names["weight"] for layer in known.values()), *used):
            free.pop(name, None)
        turned = _is_turned(layers, ends)
        return cls(
            {name: _lying(layer, turned=turned) for name, layer in known.items()},
            [_lying(layer, turned=turned) for layer in free.values()],
            ends,
        )

    def find(self) -> None:
        """Fill the heads that have a place still empty, the main classifier among them."""
        doubtful = [head for head, source in AUXILIARY.items() if self._find_head(head, self.ends[source])]
        if "fc" in self.known:
            return
        self.chain = self._classifier()
        for head in reversed(doubtful):
            if self.chain:
                return
            # the file has a matrix too few: the answer itself comes first
            self.free.append(self.known.pop(f"{head}/fc2"))
            self.chain = self._classifier()

    # Auxiliary heads

    def _find_head(self, head: str, channels: int) -> bool:
        """Fill a head's empty places; whether nothing but shapes and order speak for its last layer."""
        for parts in self._heads(head, channels):
            found = dict(zip(PARTS, parts, strict=True))
            new = {
                f"{head}/{part}": layer for part, layer in found.items() if f"{head}/{part}" not in self.known
            }
            self.known |= new
            self.free = [layer for layer in self.free if all(layer is not other for other in new.values())]
            return f"{head}/fc2" in new and not self._akin(found["fc1"], found["fc2"])
        return False

    def _heads(self, head: str, channels: int) -> Iterator[tuple[Layer, Layer, Layer]]:
        """Convolution and two matrices that can be a head, the nearest first."""
        for convolution in self._candidates(f"{head}/conv"):
            if convolution.kernel != 1 or convolution.inputs != channels:
                continue
            for hidden in _nearest(convolution, self._candidates(f"{head}/fc1")):
                if not _reads_square_map(hidden, convolution):
                    continue
                for last in _nearest(hidden, self._candidates(f"{head}/fc2")):
                    if self._follows(hidden, last, f"{head}/fc2"):
                        yield convolution, hidden, last

    def _follows(self, hidden: Layer, last: Layer, name: str) -> bool:
        """Whether a matrix can be behind a head's hidden one: their names or the file's order must say so."""
        told = name in self.known or self._akin(hidden, last) or last.place == hidden.place + 1
        return told and not last.kernel and last.inputs == hidden.outputs

    def _candidates(self, name: str) -> list[Layer]:
        return [self.known[name]] if name in self.known else self.free

    def _akin(self, first: Layer, second: Layer) -> bool:
        """Whether their names say that two layers belong together."""
        paths = [layer.path for layer in (*self.known.values(), *self.free)]
        common = min((shared(first.path, path) for path in paths), default=0)
        return shared(first.path, second.path) > common or bool(_words(first) & _words(second))

    # The main classifier

    def _classifier(self) -> list[Layer]:
        """Matrices one behind the other from the last map on; without any, a 1×1 convolution."""
        channels = self.ends["main"]
        matrices = [layer for layer in self.free if not layer.kernel]
        starts = [layer for layer in matrices if layer.inputs == channels]
        starts = starts or [layer for layer in self.free if layer.kernel == 1 and layer.inputs == channels]
        if not starts:
            return []
        chain = [max(starts, key=lambda layer: (_OTHER_TASKS.isdisjoint(layer.words), -layer.place))]
        while len(chain) < _LONGEST_CHAIN and (behind := _behind(chain, matrices)):
            chain.append(behind)
        return chain


def _behind(chain: list[Layer], matrices: list[Layer]) -> Layer | None:
    """The matrix that reads what a chain gives."""
    last = chain[-1]
    fitting = [layer for layer in matrices if layer not in chain and layer.inputs == last.outputs]
    return next(iter(_nearest(last, fitting)), None) if not last.kernel else None


def _ends(known: Mapping[str, Layer]) -> dict[str, int] | None:
    """Channels of the maps that heads read."""
    try:
        modules = {
            module: sum(known[f"{module}/{branch}"].outputs for branch in BRANCHES) for module in MODULES
        }
    except KeyError:
        return None
    last = known["conv4"].outputs if "conv4" in known else modules[MODULES[-1]]
    return {**modules, "main": last}


def _is_turned(layers: list[Layer], ends: Mapping[str, int]) -> bool:
    """Whether fully connected layers lie as inputs × outputs: more of them then read what they can read."""
    sources = [ends[source] for source in AUXILIARY.values()]
    convolutions = [layer for layer in layers if layer.kernel == 1 and layer.inputs in sources]

    def fitting(*, turned: bool) -> int:
        matrices = [_lying(layer, turned=turned) for layer in layers if not layer.kernel]
        return sum(
            (layer.inputs == ends["main"]) + any(_reads_square_map(layer, one) for one in convolutions)
            for layer in matrices
        )

    return fitting(turned=True) > fitting(turned=False)


def _lying(layer: Layer, *, turned: bool) -> Layer:
    return replace(layer, shape=layer.shape[::-1]) if turned and not layer.kernel else layer


def _reads_square_map(hidden: Layer, convolution: Layer) -> bool:
    cells, left = divmod(hidden.inputs, convolution.outputs)
    return not hidden.kernel and left == 0 and cells > 1 and isqrt(cells) ** 2 == cells


def _nearest(layer: Layer, others: list[Layer]) -> list[Layer]:
    """Layers in order: those akin to one by their names first, then those behind it in the file."""
    return sorted(
        (other for other in others if other is not layer),
        key=lambda other: (
            -shared(layer.path, other.path),
            -len(_words(layer) & _words(other)),
            other.place < layer.place,
            abs(other.place - layer.place),
        ),
    )


def _words(layer: Layer) -> set[str]:
    """Words with their numbers (``loss1``), all in lower case."""
    return {word.lower() for word in _WORDS.findall(layer.path)} - _COMMON


_COMMON: Final = frozenset(
    ("fc", "conv", "linear", "classifier", "weight", "bias", "w", "layer", "model", "net")
)
"""Words that say nothing of where a layer is."""

"""Names that the literature gave units of one file: Google's GoogLeNet of 2015, inception5h.

Nearly everything written about units of "InceptionV1" is about this file. Unit numbers carry
over to no other training, not even of the same architecture, so names are given to a file
with one of its hashes alone. Converted copies have other hashes, and get none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FILES: Final = frozenset(
    {
        "d13569f6a98159de37e92e9c8ec4dae8f674fbf475f69fe6199b514f756d4364",
        "a39b08b826c9d5a5532ff424c03a3a11a202967544e389aca4b06c2bd8aef63f",
    }
)
"""SHA-256 of inception5h.zip (as TensorFlow's own build files state it), and of the graph in it."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a unit is called, and where."""

    name: str
    source: str


CURVES: Final = "Cammarata and others, Curve Detectors, Distill 2020"
FREQUENCIES: Final = "Schubert and others, High-Low Frequency Detectors, Distill 2021"
EARLY: Final = "Olah and others, An Overview of Early Vision in InceptionV1, Distill 2020"
WEIGHTS: Final = "Voss and others, Visualizing Weights, Distill 2021"
ZOOM: Final = "Olah and others, Zoom In, Distill 2020"
LUCID: Final = "Lucid's tutorial"

_LISTS: Final[Sequence[tuple[str, str, str, Sequence[int]]]] = (
    ("curve detector", CURVES, "3b", (379, 406, 385, 343, 342, 388, 324, 340, 330, 349)),
    (
        "high-low frequency detector",
        FREQUENCIES,
        "3a",
        (70, 86, 88, 106, 108, 110, 112, 113, 117, 132, 136, 153, 160, 180, 186),
    ),
    ("early curve", EARLY, "3a", (81, 104, 92, 145, 95, 163, 71, 147, 137, 189, 171)),
    ("black and white against colour", EARLY, "3a", (197, 201, 204, 208, 210, 214, 220, 222, 223)),
    ("black and white centre", WEIGHTS, "3b", (208,)),
    ("boundary", WEIGHTS, "3b", (345,)),
    ("oriented dog head", ZOOM, "4a", (222, 234, 308, 325)),
    ("quick-start unit", LUCID, "4a", (476,)),
    ("wheel", ZOOM, "4b", (373,)),
    ("window", ZOOM, "4b", (237,)),
    ("car", ZOOM, "4c", (447,)),
    ("cat faces, car fronts and cat legs", ZOOM, "4e", (55,)),
)

KNOWN: Final[Mapping[tuple[str, int], Named]] = {
    (module, channel): Named(name, source)
    for name, source, module, channels in _LISTS
    for channel in channels
}
"""By module and channel in the module's output."""


def name_in_literature(sha256: str, module: str, channel: int) -> Named | None:
    """What the literature calls a unit of the file with this hash; None for every other file."""
    return KNOWN.get((module, channel)) if sha256 in FILES else None

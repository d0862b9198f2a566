"""Names of tensors in a common form: a layer's path and the role of the tensor in it.

``inception_3a/1x1_w_0``, ``inception_3a-1x1_W`` and ``inception_3a/1x1.weight`` are all
(``inception_3a.1x1``, ``weight``).
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

Role = Literal["weight", "bias", "mean", "variance", "count"]

_SEPARATORS: Final = re.compile(r"[/\-]")

# A norm's scale and shift are its weight and bias.
_WORDS: Final[Mapping[str, Role]] = {
    "weight": "weight",
    "weights": "weight",
    "kernel": "weight",
    "W": "weight",
    "w": "weight",
    "gamma": "weight",
    "scale": "weight",
    "bias": "bias",
    "biases": "bias",
    "B": "bias",
    "b": "bias",
    "beta": "bias",
    "offset": "bias",
    "shift": "bias",
    "running_mean": "mean",
    "moving_mean": "mean",
    "mean": "mean",
    "avg_mean": "mean",
    "running_var": "variance",
    "moving_variance": "variance",
    "moving_var": "variance",
    "variance": "variance",
    "var": "variance",
    "avg_var": "variance",
    "num_batches_tracked": "count",
}
_ENDINGS: Final = re.compile(
    r"(.+?)_("
    r"running_mean|running_var|moving_mean|moving_variance|moving_var|num_batches_tracked|"
    r"weights?|biases|bias|kernel|gamma|beta|mean|variance|var|[wWbB](?=_0$|$))(?:_0)?"
)


_NAMES: Final = 4096
"""Names of which it is kept what they are: a file has some hundreds, each asked for a dozen times."""


@lru_cache(_NAMES)
def split(name: str) -> tuple[str, Role] | None:
    """(layer, role) of a tensor's name; None if its ending says no role."""
    plain = _SEPARATORS.sub(".", name.removesuffix(":0"))
    layer, _, last = plain.rpartition(".")
    if last.lstrip("_") in _WORDS:
        return layer, _WORDS[last.lstrip("_")]
    ending = _ENDINGS.fullmatch(last)
    if ending is None:
        return None
    return (f"{layer}.{ending[1]}" if layer else ending[1]), _WORDS[ending[2]]


@lru_cache(_NAMES)
def path(name: str) -> str:
    """The common form of a layer's name."""
    return _SEPARATORS.sub(".", name)


Layers = dict[str, dict[Role, str]]


def layers(names: Iterable[str]) -> tuple[Layers, list[str]]:
    """{layer: {role: the tensor's own name}} in the file's order, and the names without a role."""
    found: Layers = {}
    others = []
    for name in names:
        parts = split(name)
        if parts is None:
            others.append(name)
        else:
            found.setdefault(parts[0], {}).setdefault(parts[1], name)
    return found, others

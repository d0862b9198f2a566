"""What was published of each family, once more and as plain data (docs/formats.md).

Nothing here comes from `network`: the table is what `plain` computes with, and what the
network that answers is held against. Settings are called as files call them: ``stride``,
``padding``, ``ceil``, ``activation``, ``epsilon``. Widths and kernels are the file's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

Settings = Mapping[str, Any]

MODULES: Final = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
PARTS: Final = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
HEADS: Final[Mapping[str, str]] = MappingProxyType({"4a": "aux1", "4d": "aux2"})
"""The auxiliary head that reads each module."""

_PAPER: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        "3a": (64, 96, 128, 16, 32, 32),
        "3b": (128, 128, 192, 32, 96, 64),
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
        "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    }
)
_GOOGLES: Final = {**_PAPER, "4a": (192, 96, 204, 16, 48, 64), "5a": (256, 160, 320, 48, 128, 128)}


@dataclass(frozen=True)
class Published:
    """A network as it was published.

    ``stem`` and ``tail`` list the layers before 3a and behind 5b in order. ``layers`` are
    settings by a layer's name, or by its kind (``pool``, ``norm``, ``head pool``: the pools
    that step by 2, response norms, and what heads pool with; without ``head pool`` they pool
    to as many cells as their matrix takes). ``five`` are the kernels behind ``5x5_reduce``;
    ``epsilon`` is that of the batch norms, None where there are none; ``inner_epsilon``: the
    first of two 3×3 has its channels as epsilon. ``activation`` follows every convolution
    that has no other in ``layers``, ``joined`` the concatenation.
    """

    stem: tuple[str, ...]
    layers: Mapping[str, Settings]
    tail: tuple[str, ...] = ()
    widths: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _PAPER)
    five: tuple[int, ...] = (5,)
    epsilon: float | None = None
    inner_epsilon: bool = False
    activation: str = "relu"
    joined: str = "none"

    @property
    def order(self) -> tuple[str, ...]:
        """The layers from the picture to the last map: pool3 and pool4 lie behind 3b and 4e."""
        return (*self.stem, *MODULES[:2], "pool3", *MODULES[2:7], "pool4", *MODULES[7:], *self.tail)

    def settings(self, layer: str, shape: Sequence[int] = ()) -> Settings:
        """All of a layer's settings; ``shape`` is that of its weights, if it has any."""
        kind = "head pool" if re.fullmatch("aux./pool", layer) else layer.rstrip("1234")
        own = {**self.layers.get(kind, {}), **self.layers.get(layer, {})}
        if len(shape) == 4:
            return self._convolution(layer, own, shape)
        if layer in MODULES:
            return {"activation": self.joined}
        return {**next((usual for name, usual in _USUAL.items() if re.fullmatch(name, layer)), {}), **own}

    def _convolution(self, layer: str, own: Settings, shape: Sequence[int]) -> Settings:
        """Another kernel than the published one keeps the map's size, but where TensorFlow's rule does so."""
        kernel, epsilon = shape[-1], _EPSILON if self.epsilon is None else self.epsilon
        found = {"stride": 1, "padding": kernel // 2, "activation": self.activation, **own}
        if kernel != own.get("kernel", kernel) and found["padding"] != "same":
            found["padding"] = kernel // 2
        inner = self.inner_epsilon and layer.endswith("/5x5_a")
        return {**found, "kernel": kernel, "epsilon": float(shape[0]) if inner else epsilon}


_EPSILON: Final = 1e-5
"""PyTorch's own, of a batch norm that the published network hasn't."""

_USUAL: Final[Mapping[str, Settings]] = MappingProxyType(
    {
        r"pool\d": {"kernel": 3, "stride": 2, "padding": 0, "ceil": False},
        r"norm\d": {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0},
        r"[345][a-e]/pool": {"kernel": 3, "stride": 1, "padding": 1, "ceil": False},
        r"global_pool": {"kind": "average"},
        r"fc_\d|aux\d/fc1": {"activation": "relu", "scale": 1.0},
        r"fc|aux\d/fc2": {"activation": "none", "scale": 1.0},
    }
)
"""What holds of layers of which nothing else was published, by a pattern of their names."""


def _seven(padding: int | str = 3, **more: Any) -> Settings:
    return {"kernel": 7, "stride": 2, "padding": padding, **more}


_LINEAR: Final = {"activation": "none"}
_CEIL: Final = {"kernel": 3, "stride": 2, "padding": 0, "ceil": True}
_FLOOR: Final = {**_CEIL, "ceil": False}
_PADDED: Final = {**_FLOOR, "padding": 1}
_SAME: Final = {**_FLOOR, "padding": "same"}
_FIVE_STEP_THREE: Final = {"kernel": 5, "stride": 3, "padding": 0, "ceil": False}

_PAPERS: Final = ("conv1", "pool1", "conv2", "conv3", "pool2")
_NORMED: Final = ("conv1", "pool1", "norm1", "conv2", "conv3", "norm2", "pool2")
_SHORT: Final = ("conv1", "pool1", "conv3", "pool2")

PUBLISHED: Final[Mapping[str, Published]] = MappingProxyType(
    {
        "torchvision": Published(
            _PAPERS, {"conv1": _seven(), "pool": _CEIL, "pool4": {"kernel": 2}}, five=(3,), epsilon=1e-3
        ),
        "gluoncv": Published(
            _PAPERS,
            {
                "conv1": _seven(),
                "pool": _CEIL,
                "pool4": {"kernel": 2, "ceil": False},
                "head pool": _FIVE_STEP_THREE,
            },
            five=(3,),
            epsilon=1e-3,
        ),
        "caffe": Published(
            _NORMED,
            {
                "conv1": _seven(),
                "pool": _CEIL,
                "norm": {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0},
                "head pool": {**_FIVE_STEP_THREE, "ceil": True},
            },
        ),
        "tutorial": Published(_SHORT, {"conv1": _seven(**_LINEAR), "conv3": _LINEAR, "pool": _PADDED}),
        "tutorial_bn": Published(
            _PAPERS, {"conv1": _seven(), "pool": _PADDED}, tail=("conv4",), epsilon=1e-5
        ),
        "wzmiaomiao": Published(_PAPERS, {"conv1": _seven(), "pool": _CEIL, "head pool": _FIVE_STEP_THREE}),
        "weiaicunzai": Published(
            ("conv1",),
            {"conv1": {"kernel": 3, "padding": 0}, "pool": _PADDED},
            five=(3, 3),
            epsilon=1e-5,
            inner_epsilon=True,
        ),
        "weiaicunzai_later": Published(
            ("conv1", "conv2", "conv3", "pool2"),
            {"conv1": {"kernel": 3}, "pool": _PADDED},
            five=(3, 3),
            epsilon=1e-5,
            inner_epsilon=True,
        ),
        "kuangliu": Published(
            ("conv1",), {"conv1": {"kernel": 3}, "pool": _PADDED}, five=(3, 3), epsilon=1e-5
        ),
        "d2l": Published(_PAPERS, {"conv1": _seven(), "pool": _PADDED}),
        "aladdinpersson": Published(
            _SHORT,
            {"conv1": _seven(), "pool": _PADDED, "head pool": _FIVE_STEP_THREE},
            epsilon=1e-5,
        ),
        "shanglianlm": Published(
            _PAPERS,
            {
                "conv1": _seven(**_LINEAR),
                "conv2": _LINEAR,
                "conv3": _LINEAR,
                "pool": _PADDED,
                "head pool": _FIVE_STEP_THREE,
                "aux1/fc1": {"activation": "relu6"},
                "aux2/fc1": {"activation": "relu6"},
            },
            epsilon=1e-5,
            activation="relu6",
        ),
        "slim": Published(
            _PAPERS, {"conv1": _seven("same"), "pool": _SAME, "pool4": {"kernel": 2}}, five=(3,), epsilon=1e-3
        ),
        # TensorFlow's norm: radius 5, so 11 channels, and alpha is not divided by them
        "lucid": Published(
            _NORMED,
            {
                "conv1": _seven("same"),
                "pool": _SAME,
                "norm": {"size": 11, "alpha": 11 * 1e-4, "beta": 0.5, "k": 2.0},
            },
            widths=_GOOGLES,
        ),
        "paddle": Published(
            _PAPERS,
            {
                "conv1": _seven(),
                "pool": _FLOOR,
                "head pool": _FIVE_STEP_THREE,
                "fc": {"scale": 0.6},
                "aux1/fc2": {"scale": 0.3},
                "aux2/fc1": _LINEAR,
                "aux2/fc2": {"scale": 0.3},
            },
            activation="none",
            joined="relu",
        ),
    }
)
"""Every family's network in its first edition, by the family's name."""

_EDITIONS: Final[Mapping[tuple[str, str, str], Mapping[str, Any]]] = MappingProxyType(
    {
        ("torchvision", "epsilon", "pytorch"): {"epsilon": 1e-5},
        ("caffe", "response_norm", "none"): {"stem": _PAPERS, "epsilon": 1e-5},
        ("weiaicunzai", "epsilon", "repaired"): {"inner_epsilon": False},
        ("weiaicunzai_later", "epsilon", "repaired"): {"inner_epsilon": False},
        ("d2l", "edition", "early"): {"layers": {"conv3": _LINEAR, "global_pool": {"kind": "max"}}},
        ("lucid", "response_norm", "lucent"): {
            "layers": {"norm": {"size": 9, "alpha": 1e-4, "beta": 0.5, "k": 1.0}}
        },
    }
)
"""What another edition has otherwise, by family, question and answer."""


def published(family: str, editions: Mapping[str, str]) -> Published:
    """A family's network in one of its editions: {question: answer}."""
    found = PUBLISHED[family]
    for question, answer in editions.items():
        changes = dict(_EDITIONS.get((family, question, answer), {}))
        layers = {**found.layers, **changes.pop("layers", {})}
        found = replace(found, layers=layers, **changes)
    return found

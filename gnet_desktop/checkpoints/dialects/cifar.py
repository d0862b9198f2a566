"""The CIFAR networks of weiaicunzai and kuangliu (docs/formats.md#re-implementations).

``b4`` is both a module and a branch: ``b4.b4.1`` is the projection behind 4b's pool.
"""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, Path, in_modules
from gnet_desktop.network.architecture import MODULES

# index of the convolution and of its norm in each branch
_PARTS: Final[dict[str, Path]] = {
    "1x1": ("b1.0", "b1.1"),
    "3x3_reduce": ("b2.0", "b2.1"),
    "3x3": ("b2.3", "b2.4"),
    "5x5_reduce": ("b3.0", "b3.1"),
    "5x5_a": ("b3.3", "b3.4"),
    "5x5": ("b3.6", "b3.7"),
    "pool_proj": ("b4.1", "b4.2"),
}
_MODULES: Final = {name: f"{name[::-1]}." for name in MODULES}


def _dialect(name: str, title: str, family: str, stem: str, *, deep: bool = False) -> Dialect:
    layers = {"conv1": (f"{stem}.0", f"{stem}.1")}
    if deep:
        layers |= {"conv2": (f"{stem}.3", f"{stem}.4"), "conv3": (f"{stem}.6", f"{stem}.7")}
    return Dialect(name, title, family, layers | in_modules(_MODULES, _PARTS), {"fc": "linear"})


DIALECTS: Final = (
    _dialect("kuangliu", "kuangliu's names", "kuangliu", "pre_layers"),
    _dialect("weiaicunzai", "weiaicunzai's names", "weiaicunzai", "prelayer"),
    _dialect("weiaicunzai-later", "weiaicunzai's later names", "weiaicunzai_later", "prelayer", deep=True),
)

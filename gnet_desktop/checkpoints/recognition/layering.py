"""Tensors of unknown names gathered into layers: a kernel, its bias, its batch norm.

What belongs together shows in the names where they share a path, otherwise in the
order of the file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor
from gnet_desktop.checkpoints.recognition import keys

_NORM_ROLES: Final[Mapping[str, str]] = {
    "weight": "norm.weight",
    "bias": "norm.bias",
    "mean": "norm.mean",
    "variance": "norm.variance",
}
_BEHIND: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("bias",),
    3: ("norm.bias", "norm.mean", "norm.variance"),
    4: ("norm.weight", "norm.bias", "norm.mean", "norm.variance"),
    5: ("bias", "norm.weight", "norm.bias", "norm.mean", "norm.variance"),
}
"""Roles of vectors without names behind a kernel, by their number: torch's own order."""

_TOKENS: Final = re.compile(r"[A-Za-z]+")
_KINDS: Final = re.compile(
    r"(?:(?<=_)|^)(?:conv(?:2d|olution)?|batch_?norm(?:alization|2d)?|bn|norm)(?=[_\d]|$)", re.IGNORECASE
)
_MADE: Final = re.compile(r"(?:^|[./])(?:conv2d|batch_normalization)(?:_(\d{1,9}))?/")
_NUMBERS: Final = re.compile(r"([0-9]{1,18})")


@dataclass
class Layer:
    """A kernel (outputs × inputs × side × side) or a matrix with what belongs to it.

    ``path`` is its name in common form, ``place`` its position among the layers,
    ``names`` the file's tensors by canonical role. ``is_doubtful``: only the file's
    order says which norm is its own.
    """

    path: str
    place: int
    shape: tuple[int, ...]
    names: dict[str, str] = field(default_factory=dict)
    is_doubtful: bool = False

    @property
    def outputs(self) -> int:
        """Channels that it gives."""
        return self.shape[0]

    @property
    def inputs(self) -> int:
        """Channels that it reads."""
        return self.shape[1]

    @property
    def kernel(self) -> int:
        """Side of a kernel; 0 for a matrix."""
        return self.shape[2] if len(self.shape) == 4 else 0

    @property
    def words(self) -> list[str]:
        """Words of its path, in lower case."""
        return [word.lower() for word in _TOKENS.findall(self.path)]


def shared(first: str, second: str) -> int:
    """How many steps two paths have in common from the start."""
    count = 0
    for one, other in zip(first.split("."), second.split("."), strict=False):
        if one != other:
            break
        count += 1
    return count


def likeness(first: str, second: str) -> tuple[int, int]:
    """The steps that two paths have in common from the start, and the words."""
    return shared(first, second), shared(first.replace("_", "."), second.replace("_", "."))


def gather(tensors: Mapping[str, StoredTensor]) -> list[Layer]:
    """The layers in the file's order, or in the order of their numbers where these tell another.

    They do where the file is sorted by name, and where Keras numbered the layers as they were made.
    """
    names = list(tensors)
    if names == sorted(names):
        names.sort(key=_by_numbers)
    kernels = [name for name in names if len(tensors[name].shape) == 4]
    if len({_made(name) for name in kernels if _MADE.search(name)}) == len(kernels):
        names.sort(key=_made)
    roles = {name: parts for name in names if (parts := keys.split(name)) is not None}
    kernels = [name for name in names if len(tensors[name].shape) in (2, 4) and tensors[name].count]
    spatial_first = _is_spatial_first([tensors[name].shape for name in kernels])
    layers = [
        Layer(
            roles[name][0] if name in roles else keys.path(name),
            place,
            _shape(tensors[name].shape, spatial_first=spatial_first),
            {"weight": name},
        )
        for place, name in enumerate(kernels)
    ]
    if len(roles) == len(names):
        _attach_by_name(layers, names, roles, tensors)
    else:
        _attach_by_order(layers, names, tensors)
    return layers


def _by_numbers(name: str) -> list[str | int]:
    """The key under which ``a10`` comes behind ``a9``: words and numbers in turn."""
    return [int(part) if part[:1].isdecimal() else part for part in _NUMBERS.split(name)]


def _made(name: str) -> float:
    """The number of a layer that Keras named; infinity for any other."""
    found = _MADE.search(name)
    return int(found[1] or 0) if found else float("inf")


def _is_spatial_first(shapes: list[tuple[int, ...]]) -> bool:
    """Whether kernels lie as height × width × inputs × outputs, as in TensorFlow."""
    wide = [shape for shape in shapes if len(shape) == 4 and max(min(shape[:2]), min(shape[2:])) > 1]
    first = sum(shape[0] == shape[1] and shape[2] != shape[3] for shape in wide)
    last = sum(shape[2] == shape[3] and shape[0] != shape[1] for shape in wide)
    return first > last


def _shape(shape: tuple[int, ...], *, spatial_first: bool) -> tuple[int, ...]:
    return (shape[3], shape[2], shape[0], shape[1]) if spatial_first and len(shape) == 4 else shape


def _attach_by_name(
    layers: list[Layer],
    names: list[str],
    roles: Mapping[str, tuple[str, keys.Role]],
    tensors: Mapping[str, StoredTensor],
) -> None:
    """A bias stands under its kernel's path; a norm under a path near it."""
    by_path = {layer.path: layer for layer in layers}
    norms: dict[str, dict[str, str]] = {}
    for name in names:
        path, role = roles[name]
        if path in by_path:
            if role == "bias":
                by_path[path].names["bias"] = name
        elif role in _NORM_ROLES:
            norms.setdefault(path, {})[_NORM_ROLES[role]] = name
    order = {path: place for place, path in enumerate(dict.fromkeys(roles[name][0] for name in names))}
    free = [layer for layer in layers if layer.kernel]
    for path, parts in norms.items():
        count = tensors[next(iter(parts.values()))].count
        fitting = [layer for layer in free if layer.outputs == count]
        if "norm.mean" not in parts or not fitting:
            continue
        twins = [layer for layer in fitting if _bare(layer.path) == _bare(path)]
        nearest, *others = (
            twins
            if len(twins) == 1
            else sorted(fitting, key=lambda layer: _distance(path, layer.path, order))
        )
        nearest.names |= parts
        nearest.is_doubtful = bool(others) and _kinship(path, others[0].path) == _kinship(path, nearest.path)
        free.remove(nearest)


def _bare(path: str) -> str:
    """A path without the words for a kind of layer: ``conv2d_5`` and ``batch_normalization_5`` are alike."""
    return ".".join(_KINDS.sub("", part).strip("_") for part in path.split("."))


def _distance(norm: str, kernel: str, order: Mapping[str, int]) -> tuple[int, bool, int, int]:
    """Kernels beside a norm or above it are near, then the one just before it in the file.

    Then those akin to it, and how many layers lie between, before counting double.
    """
    between = order[norm] - order[kernel]
    close, steps = _kinship(norm, kernel)
    return -close, between != 1, -steps, 2 * between - 1 if between > 0 else -2 * between


def _kinship(norm: str, kernel: str) -> tuple[int, int]:
    """The steps that two paths have in common, as far as they are next to each other, and in any case."""
    steps, depth = shared(norm, kernel), norm.count(".")
    is_beside = steps == depth == kernel.count(".")
    is_above = norm.startswith(f"{kernel}.")
    return steps if is_beside or is_above else 0, steps


def _attach_by_order(layers: list[Layer], names: list[str], tensors: Mapping[str, StoredTensor]) -> None:
    """Vectors behind a kernel, as many as it has outputs, belong to it."""
    by_name = {layer.names["weight"]: layer for layer in layers}
    for layer, vectors in _runs(names, by_name, tensors):
        # a matrix may lie either way
        lengths = (layer.outputs,) if layer.kernel else layer.shape
        fitting = [name for name in vectors if tensors[name].count in lengths]
        layer.names |= dict(zip(_BEHIND.get(len(fitting), ()), fitting, strict=False))
        layer.is_doubtful = len(vectors) > len(fitting) or len(vectors) not in (0, *_BEHIND)


def _runs(
    names: list[str], by_name: Mapping[str, Layer], tensors: Mapping[str, StoredTensor]
) -> Iterator[tuple[Layer, list[str]]]:
    """Each layer with the vectors up to the next one."""
    layer, vectors = None, list[str]()
    for name in names:
        if name in by_name:
            if layer is not None:
                yield layer, vectors
            layer, vectors = by_name[name], []
        elif len(tensors[name].shape) == 1:
            vectors.append(name)
    if layer is not None:
        yield layer, vectors

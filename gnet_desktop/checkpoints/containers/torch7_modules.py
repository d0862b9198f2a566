"""Torch7's modules (``nn``, ``cudnn``) as named tensors and, where all of them are known, as a graph.

A Sequential passes a value from module to module, a Concat gives it to each of its branches
and joins what they give; what is kept of a module beside its weights is its settings.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from numpy.typing import NDArray

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor
from gnet_desktop.errors import CheckpointError

_DEEPEST: Final = 40
_LONGEST_PATH: Final = 512
_MODULES: Final = "modules"
_KEPT: Final = ("weight", "bias", "running_mean", "running_var", "running_std")
_EPSILON: Final = 1e-5


@dataclass
class Table:
    """Lua's table, or an object of a class (``kind``) by its fields."""

    fields: dict[str | int, Any] = field(default_factory=dict)
    kind: str = ""

    @property
    def word(self) -> str:
        """Its class without the library."""
        return self.kind.rpartition(".")[2]

    @property
    def modules(self) -> list["Table"]:
        """The modules in it, in order."""
        inner = self.fields.get(_MODULES)
        listed = inner.fields if isinstance(inner, Table) else {}
        return [one for number in range(1, len(listed) + 1) if isinstance(one := listed.get(number), Table)]

    def number(self, name: str, usual: float = 0) -> float:
        """A setting that is a number."""
        found = self.fields.get(name, usual)
        return float(found) if isinstance(found, int | float) else usual


def contents(value: Any) -> Contents:
    """The tensors of a file's value; raises CheckpointError where there are none."""
    found = dict(_tensors(value))
    if not found:
        raise CheckpointError(
            "This is a Torch7 file without weights.",
            "It holds no tensors that a network's layers have.",
            "Save the network with torch.save(file, model:clearState()), and open that.",
        )
    builder = _Builder({id(tensor): name for name, (_, tensor) in found.items()})
    network = _network(value)
    graph = builder.graph(network) if network is not None else None
    kinds = {module.kind for module, _ in found.values() if module.kind}
    whole = (
        f", a whole network of {'cudnn' if any('cudnn' in kind for kind in kinds) else 'nn'}" if kinds else ""
    )
    return Contents(
        f"Torch7{whole}",
        {_role(name): _as_torch(name, *pair) for name, pair in found.items()},
        graph=graph,
    )


def _network(value: Any) -> Table | None:
    """The module that a file holds, or the only one in its table."""
    if not isinstance(value, Table) or value.kind:
        return value if isinstance(value, Table) else None
    inside = [one for one in value.fields.values() if isinstance(one, Table) and _MODULES in one.fields]
    return inside[0] if len(inside) == 1 else None


def _tensors(value: Any) -> Iterator[tuple[str, tuple[Table, StoredTensor]]]:
    """Every tensor that is a weight, with the module it is of, under its path."""
    seen, waiting = set[int](), [("", value, 0)]
    while waiting:
        path, table, depth = waiting.pop()
        current().steps()
        if not isinstance(table, Table) or id(table) in seen or depth > _DEEPEST or len(path) > _LONGEST_PATH:
            continue
        seen.add(id(table))
        before = f"{path}." if path else ""
        for name, one in table.fields.items():
            if isinstance(one, StoredTensor) and (not table.kind or name in _KEPT):
                yield f"{before}{name}", (table, one)
        inside = [
            (path if name == _MODULES else f"{before}{name}", one, depth + 1)
            for name, one in table.fields.items()
            if isinstance(one, Table)
        ]
        current().keep(len(path) * len(inside))
        waiting += reversed(inside)


def _role(name: str) -> str:
    """A norm's variance under the name that it has everywhere."""
    return f"{name.removesuffix('running_std')}running_var" if name.endswith("running_std") else name


def _as_torch(name: str, module: Table, tensor: StoredTensor) -> StoredTensor:
    """A kernel that is kept as a matrix with its four sides; a variance from what older norms kept."""
    if name.endswith("running_std"):
        return made((tensor,), partial(_variance, epsilon=module.number("eps", _EPSILON)), how=_FROM_STD)
    sides = tuple(int(module.number(word)) for word in ("nInputPlane", "kH", "kW"))
    flat = len(tensor.shape) == 2 and tensor.is_plain and min(sides) > 0
    if flat and tensor.shape[1] == sides[0] * sides[1] * sides[2]:
        return replace(tensor, shape=(tensor.shape[0], *sides), strides=None)
    return tensor


_FROM_STD: Final = "a variance from the inverse deviation that is kept"


def _variance(inverse: Floats, *, epsilon: float) -> NDArray[Any]:
    return 1 / inverse**2 - epsilon


# The graph


class _Unknown(Exception):
    """A module whose doing is not known."""


class _Builder:
    def __init__(self, names: Mapping[int, str]) -> None:
        self.names, self.nodes = names, list[Node]()

    def graph(self, module: Table) -> Graph | None:
        """The operations of a module; None where one of them is not known."""
        try:
            end = self.run(module, "input", 0)
        except _Unknown:
            return None
        return Graph(tuple(self.nodes), ("input",), (end,))

    def run(self, module: Table, value: str, depth: int) -> str:
        """The value that a module makes of another."""
        current().steps()
        if depth > _DEEPEST:
            raise _Unknown
        if module.word in _CHAINS:
            for inner in module.modules:
                value = self.run(inner, value, depth + 1)
            return value
        if module.word in _PARALLEL:
            return self.run(next(iter(module.modules), Table()), value, depth + 1)
        if module.word in _JOINS:
            branches = [self.run(inner, value, depth + 1) for inner in module.modules]
            return self.give("Concat", branches, axis=1)
        if module.word not in _OPERATIONS:
            raise _Unknown
        kind, weights, settings = _OPERATIONS[module.word]
        parts = [module.fields.get(name, module.fields.get(_OLDER.get(name, ""))) for name in weights]
        return self.give(kind, [value, *(self.name(part) for part in parts)], **settings(module))

    def name(self, tensor: Any) -> str:
        return _role(self.names.get(id(tensor), "")) if tensor is not None else ""

    def give(self, kind: str, inputs: list[str], **settings: Any) -> str:
        output = f"value {len(self.nodes)}"
        self.nodes.append(Node(kind, (*inputs, *[""] * (3 - len(inputs))), (output,), settings))
        return output


_OLDER: Final[Mapping[str, str]] = {"running_var": "running_std"}
_CHAINS: Final = ("Sequential",)
_PARALLEL: Final = ("DataParallelTable", "DataParallel")
_JOINS: Final = ("Concat", "DepthConcat", "Inception")


def _window(module: Table) -> dict[str, Any]:
    high, wide = int(module.number("padH")), int(module.number("padW"))
    return {
        "strides": [int(module.number("dH", 1)), int(module.number("dW", 1))],
        "pads": [high, wide, high, wide],
    }


def _kernel(module: Table) -> list[int]:
    return [int(module.number("kH")), int(module.number("kW"))]


def _convolution(module: Table) -> dict[str, Any]:
    return {**_window(module), "group": int(module.number("groups", 1))}


def _pool(module: Table) -> dict[str, Any]:
    ceil = module.fields.get("ceil_mode") is True
    return {**_window(module), "kernel_shape": _kernel(module), "ceil_mode": int(ceil)}


def _norm(module: Table) -> dict[str, Any]:
    return {"epsilon": module.number("eps", _EPSILON)}


def _response_norm(module: Table) -> dict[str, Any]:
    return {
        "size": int(module.number("size", 5)),
        "alpha": module.number("alpha", 1e-4),
        "beta": module.number("beta", 0.75),
        "bias": module.number("k", module.number("K", 1.0)),
    }


def _nothing(_module: Table) -> dict[str, Any]:
    return {}


_BOTH: Final = ("weight", "bias")
_Operation = tuple[str, tuple[str, ...], Callable[[Table], dict[str, Any]]]
_OPERATIONS: Final[Mapping[str, _Operation]] = MappingProxyType(
    {
        **dict.fromkeys(("SpatialConvolution", "SpatialConvolutionMM"), ("Conv", _BOTH, _convolution)),
        "SpatialMaxPooling": ("MaxPool", (), _pool),
        "SpatialAveragePooling": ("AveragePool", (), _pool),
        "SpatialBatchNormalization": (
            "BatchNormalization",
            (*_BOTH, "running_mean", "running_var"),
            _norm,
        ),
        **dict.fromkeys(
            ("SpatialCrossMapLRN", "SpatialCrossResponseNormalization"), ("LRN", (), _response_norm)
        ),
        "ReLU": ("Relu", (), _nothing),
        "Linear": ("Gemm", _BOTH, lambda _module: {"transB": 1}),
        **dict.fromkeys(("Dropout", "SpatialDropout"), ("Dropout", (), _nothing)),
        **dict.fromkeys(("View", "Reshape", "Identity", "Contiguous", "Copy"), ("Identity", (), _nothing)),
        "SoftMax": ("Softmax", (), _nothing),
        "LogSoftMax": ("LogSoftmax", (), _nothing),
    }
)
"""Modules by their class: the operation in ONNX's words, its tensors, and its settings."""

"""Keras's weights in HDF5 files, of all its versions (docs/formats.md#keras).

Keras 1 and 2 list layers and the weights of each as attributes; a whole model has its
description beside them. Keras 3 counts the variables of every layer, and describes the model
in a file of its own. Kernels are height × width × inputs × outputs, those of Keras 1 on
Theano outputs × inputs × height × width; Theano's are turned by half a turn besides.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.hdf5.tree import Node
from gnet_desktop.checkpoints.containers.keras_graph import graph_of
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor
from gnet_desktop.plain_json import parsed

_ROLE: Final = re.compile(
    r"(?:^|[_/])(kernel|W|bias|b|gamma|beta|(?:moving|running)_(?:mean|variance|std))(?:_\d+)?(?::\d+)?$"
)
_ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("kernel", "W", "gamma"), "weight"),
    **dict.fromkeys(("bias", "b", "beta"), "bias"),
    **dict.fromkeys(("moving_mean", "running_mean"), "running_mean"),
    # what Keras 1 calls a deviation is a variance
    **dict.fromkeys(("moving_variance", "running_std", "running_variance"), "running_var"),
}
_NORMS: Final[Mapping[int, tuple[str, ...]]] = {
    4: ("weight", "bias", "running_mean", "running_var"),
    3: ("bias", "running_mean", "running_var"),
    2: ("running_mean", "running_var"),
}
"""A norm's variables by their number; the first to be left out is the scale."""

_GROUPS: Final = ("layers", "_layer_checkpoint_dependencies")
_VARIABLES: Final = "vars"
_LARGEST_KERNEL: Final = 11
_THEANO: Final = "turned by half a turn, since Theano's convolutions run through a kernel backwards"
_SNAKE: Final = (re.compile("(.)([A-Z][a-z]+)"), re.compile("([a-z])([A-Z])"))


@dataclass(frozen=True)
class Model:
    """What Keras's description of a model tells: its layers' settings, in their order."""

    layers: tuple[Mapping[str, Any], ...] = ()

    @property
    def channels_first(self) -> bool:
        """Whether a layer says that maps are channels × height × width."""
        return any(
            layer.get("data_format") == "channels_first" or layer.get("dim_ordering") == "th"
            for layer in self.layers
        )

    def names(self) -> dict[str, str]:
        """Names of layers by what Keras 3 calls their group in a file: their class and a number."""
        found, counts = dict[str, str](), dict[str, int]()
        for layer in self.layers:
            word = _snake(layer["class_name"])
            count = counts[word] = counts.get(word, -1) + 1
            found[f"{word}_{count}" if count else word] = layer["name"]
        return found

    def epsilons(self) -> dict[str, dict[str, Any]]:
        """The epsilon of every batch norm, by its layer's name."""
        return {
            layer["name"]: {"epsilon": float(layer["epsilon"])}
            for layer in self.layers
            if isinstance(layer.get("epsilon"), float)
        }


def model_of(text: str) -> Model:
    """The model that a description in JSON tells of; an empty one for anything else."""
    try:
        config = parsed(text)["config"]
        layers = config["layers"] if isinstance(config, dict) else config
        return Model(tuple(_settings(layer) for layer in layers))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Model()


def _settings(layer: Any) -> dict[str, Any]:
    settings = {name: value for name, value in layer["config"].items() if isinstance(name, str)}
    name = layer.get("name") or settings.get("name") or ""
    inbound = {"inbound_nodes": layer["inbound_nodes"]} if "inbound_nodes" in layer else {}
    return {**settings, **inbound, "class_name": str(layer["class_name"]), "name": str(name)}


def _snake(name: str) -> str:
    word = re.sub(r"\W+", "", name)
    for pattern in _SNAKE:
        word = pattern.sub(r"\1_\2", word)
    return word.lower()


# Keras 1 and 2


def layers_of(tree: Node) -> Contents | None:
    """The weights of a file that lists its layers; None for any other."""
    group = tree.inside.get("model_weights", tree)
    names = _listed(group, "layer_names")
    if not names:
        return None
    tensors: dict[str, StoredTensor] = {}
    for name in names:
        layer = group.at(name)
        if layer is not None:
            tensors |= dict(_named(name, layer))
    model = model_of(tree.text("model_config"))
    version, backend = (group.text(word) or tree.text(word) for word in ("keras_version", "backend"))
    described = "model" if group is not tree else "weights"
    edition = version.partition(".")[0] or _edition(group, names)
    return _contents(f"Keras {edition} {described} (HDF5)", tensors, model, backend)


def _edition(group: Node, layers: list[str]) -> int:
    """Keras 2 calls a kernel by TensorFlow's name of it; Keras 1, which notes no version, by a letter."""
    words = (word for layer in layers if (node := group.at(layer)) for word in _listed(node, "weight_names"))
    return 2 if any(word.endswith(("kernel", "kernel:0", "gamma:0")) for word in words) else 1


def _listed(node: Node, name: str) -> list[str]:
    """A list of texts, which is kept in several attributes where it is long."""
    found = list(node.attributes.get(name, ()))
    number = 0
    while (more := node.attributes.get(f"{name}{number}")) is not None:
        found += more
        number += 1
    return found


def _named(layer: str, node: Node) -> Iterator[tuple[str, StoredTensor]]:
    """A layer's weights under its name, or under their own where it is a whole network."""
    words = [word for word in _listed(node, "weight_names") if (one := node.at(word)) and one.tensor]
    folders = {word.rpartition("/")[0] for word in words}
    for word in words:
        tensor = getattr(node.at(word), "tensor", None)
        role = _ROLE.search(word)
        path = layer if len(folders) < 2 else word.rpartition("/")[0]
        if tensor is not None:
            yield f"{path}.{_ROLES[role[1]]}" if role else f"{path}.{word.rpartition('/')[2]}", tensor


# Keras 3


def variables_of(tree: Node, model: Model | None = None) -> Contents | None:
    """The weights of a file that counts each layer's variables; None for any other."""
    model = model or Model()
    root = next((node for name in _GROUPS if (node := tree.inside.get(name)) is not None), None)
    if root is None and _VARIABLES not in tree.inside:
        root = tree if any(_VARIABLES in node.inside for _, node in tree.walk()) else None
    if root is None:
        return None
    known, order = model.names(), {name: place for place, name in enumerate(model.names())}
    found = [(path, node) for path, node in root.walk() if _VARIABLES in node.inside and path]
    found = [(path, node) for path, node in found if not path.startswith("optimizer")]
    if root is not tree:
        found.sort(key=lambda pair: (order.get(pair[0], len(order)), _numbered(pair[0])))
    tensors: dict[str, StoredTensor] = {}
    for path, node in found:
        variables = node.inside[_VARIABLES]
        name = variables.text("name") or known.get(path, path)
        tensors |= _counted(name, path.rpartition("/")[2], variables, tensors)
    return _contents("Keras 3 weights (HDF5)", tensors, model, "keras")


def _counted(
    name: str, kind: str, variables: Node, others: Mapping[str, StoredTensor]
) -> dict[str, StoredTensor]:
    """A layer's variables by what they are, which their number and their sides tell."""
    found = [
        (number, node.tensor)
        for number, node in variables.inside.items()
        if node.tensor and number.isdecimal()
    ]
    parts = [tensor for _, tensor in sorted(found, key=lambda pair: int(pair[0][:6]))]
    flat = bool(parts) and all(len(tensor.shape) == 1 for tensor in parts)
    roles = _NORMS.get(len(parts), ()) if flat or kind.startswith("batch_norm") else ("weight", "bias")
    names = [f"{name}.{role}" for role in roles]
    if any(one in others for one in names):  # two layers of one name in two groups
        names = [f"{kind}.{one}" for one in names]
    return dict(zip(names, parts, strict=False))


def _numbered(path: str) -> tuple[bool, int, bool]:
    """The order of a model's layers as far as numbers tell it: a norm behind its convolution."""
    word, _, number = path.rpartition("_")
    count = int(number[:6]) if number.isdecimal() else 0
    return path.startswith("dense"), count, "norm" in word or "norm" in path


# How tensors lie


def _contents(
    container: str, tensors: Mapping[str, StoredTensor], model: Model, backend: str
) -> Contents | None:
    """``backend`` is what the weights were made by; an empty one is Keras 1's, which doesn't say it."""
    if not tensors:
        return None
    kernels = [tensor.shape for tensor in tensors.values() if len(tensor.shape) == 4]
    lie_first = not all(shape[0] == shape[1] <= _LARGEST_KERNEL for shape in kernels)
    turned = backend == "theano" or (lie_first and not backend)
    return Contents(
        container,
        {name: _as_torch(tensor, lie_first=lie_first, turned=turned) for name, tensor in tensors.items()},
        facts=model.epsilons(),
        graph=graph_of(model.layers, frozenset(tensors), theano=turned),
        maps_last=not (lie_first or model.channels_first),
    )


def _as_torch(tensor: StoredTensor, *, lie_first: bool, turned: bool) -> StoredTensor:
    """A kernel as outputs × inputs × height × width, a matrix as outputs × inputs."""
    if len(tensor.shape) == 2:
        return tensor.permuted((1, 0))
    if len(tensor.shape) != 4:
        return tensor
    kernel = tensor if lie_first else tensor.permuted((3, 2, 0, 1))
    return made((kernel,), _half_turned, how=_THEANO) if turned and max(kernel.shape[2:]) > 1 else kernel


def _half_turned(kernel: Floats) -> NDArray[Any]:
    return kernel[:, :, ::-1, ::-1]

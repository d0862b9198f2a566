"""The heads of a file: where its names are expected, in a Sequential there, or by place and shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor
from gnet_desktop.checkpoints.fitting.lying import Tensors
from gnet_desktop.checkpoints.recognition import keys
from gnet_desktop.checkpoints.recognition.layering import Layer, gather, shared
from gnet_desktop.checkpoints.recognition.places import PARTS, Places
from gnet_desktop.checkpoints.recognition.sequential import HIDDEN, Chain, Matrix, find_chain
from gnet_desktop.network.architecture import AUXILIARY


@dataclass
class Heads:
    """What was found beside the tensors that names gave a place.

    ``tensors`` and ``facts`` are by canonical layer; ``hidden`` is what was assumed between
    fully connected layers ("" if nothing), ``used`` the file's names that went into it,
    ``called`` the file's own paths of heads with other names than expected. ``has_sigmoid``:
    one follows the main classifier.
    """

    tensors: Tensors = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    hidden: str = ""
    used: set[str] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    has_sigmoid: bool = False


def find_heads(
    contents: Contents,
    names: Mapping[str, Mapping[str, str]],
    expected: Mapping[str, str],
    assume: Mapping[str, str],
) -> Heads:
    """The heads' layers that are missing in ``names`` (the file's own by canonical layer and tensor).

    ``contents`` are the tensors that may belong to the network, ``expected`` the paths that
    its names give to matrices. Raises CheckpointError for a classifier that cannot be shown.
    """
    finder = _Finder(contents, names, assume)
    finder.look_at(expected)
    finder.look_everywhere()
    return finder.found


class _Finder:
    def __init__(
        self, contents: Contents, names: Mapping[str, Mapping[str, str]], assume: Mapping[str, str]
    ) -> None:
        self.contents, self.names, self.assume = contents, dict(names), assume
        self.layers, _ = keys.layers(contents.tensors)
        self.found = Heads()

    def look_at(self, expected: Mapping[str, str]) -> None:
        """A Sequential where a single layer is expected."""
        for layer, path in expected.items():
            if "weight" not in self.names.get(layer, {}):
                chain = find_chain(self.contents, self.layers, path)
                # a head has no room for further hidden layers
                if chain.matrices and (layer == "fc" or len(chain.matrices) == 1):
                    self.keep(layer, chain)

    def look_everywhere(self) -> None:
        """What is still missing, by place and shape."""
        if self.is_complete():
            return
        places = Places.of(gather(self.contents.tensors), self.names, self.found.used)
        if places is None:
            return
        before = set(places.known)
        places.find()
        for layer in places.known.keys() - before:
            self.keep_layer(layer, places.known[layer])
        if places.chain:
            chain = self.chain(places.chain)
            self.keep("fc", chain)
            self.found.called["main"] = places.chain[-1].path

    def is_complete(self) -> bool:
        """Whether the classifier and both heads have all their matrices by name."""
        heads = (f"{head}/{part}" for head in AUXILIARY for part in PARTS)
        tensors = self.contents.tensors
        weights = (tensors.get(self.names.get(layer, {}).get("weight", "")) for layer in (*heads, "fc"))
        return all(one is not None and one.count and len(one.shape) in (2, 4) for one in weights)

    # One layer, or a chain

    def keep(self, layer: str, chain: Chain) -> None:
        """Matrices one behind the other, the last of which is the layer."""
        names = [f"fc_{number}" for number in range(1, len(chain.matrices))] + [layer]
        chain.matrices[-1] = self.with_orphan(layer, chain.matrices[-1])
        for name, matrix, activation in zip(names, chain.matrices, chain.activations, strict=True):
            self.found.tensors[name] = matrix
            if name != layer and activation is None:
                self.found.hidden = activation = self.assume.get("hidden", HIDDEN[0])
            if activation is not None:
                self.found.facts.setdefault(name, {})["activation"] = activation
        self.names[layer] = {"weight": chain.weights[-1]}
        self.found.used |= chain.names
        self.found.has_sigmoid |= layer == "fc" and chain.has_sigmoid

    def with_orphan(self, layer: str, matrix: Matrix) -> Matrix:
        """A matrix with the bias that stands where its layer is expected, if it has none of its own."""
        name = self.names.get(layer, {}).get("bias", "")
        bias = self.contents.tensors.get(name)
        if "bias" in matrix or bias is None or bias.count not in matrix["weight"].shape:
            return matrix
        return {**matrix, "bias": bias.squeezed(1)}

    def keep_layer(self, name: str, layer: Layer) -> None:
        """A layer of an auxiliary head, with its norm."""
        own = self.own_names(layer)
        matrix = {part: self.contents.tensors[one] for part, one in own.items()}
        self.found.tensors[name] = self.with_orphan(name, matrix)
        self.found.used |= set(own.values())
        head, _, _ = name.partition("/")
        self.found.called.setdefault(head, layer.path)

    def own_names(self, layer: Layer) -> dict[str, str]:
        """A layer's tensors, by their names where these tell and else by the file's order."""
        roles = self.layers.get(layer.path, {})
        if roles.get("weight") != layer.names["weight"]:
            return layer.names
        own = {part: name for part, name in layer.names.items() if part.startswith("norm.")}
        return own | {role: roles[role] for role in ("weight", "bias") if role in roles}

    def chain(self, layers: list[Layer]) -> Chain:
        """The matrices of a chain with what stands between them, where they have a parent of their own."""
        weights = [layer.names["weight"] for layer in layers]
        parent = self.parent(layers)
        found = find_chain(self.contents, self.layers, parent) if parent else Chain()
        if found.weights == weights:
            return found
        chain = Chain(weights=weights, activations=[None] * len(layers))
        for layer in layers:
            own = self.own_names(layer)
            chain.matrices.append(self.matrix(own))
            chain.names |= set(own.values())
        return chain

    def matrix(self, names: Mapping[str, str]) -> Matrix:
        tensors: dict[str, StoredTensor] = self.contents.tensors  # type: ignore[assignment]
        return {part: tensors[name].squeezed(2 if part == "weight" else 1) for part, name in names.items()}

    def parent(self, layers: list[Layer]) -> str:
        """The path that only a chain's layers have in common; "" if there is none."""
        first, *others = (layer.path.split(".")[:-1] for layer in layers)
        depth = min((shared(".".join(first), ".".join(other)) for other in others), default=len(first))
        path = ".".join(first[:depth])
        trunk = (keys.path(name) for parts in self.names.values() for name in parts.values())
        return "" if any(name.startswith(f"{path}.") for name in trunk) else path

"""What a GoogLeNet is, as data: one `Architecture` for every known dialect.

Names of layers are the canonical ones (docs/formats.md#common-ground). A layer's weights carry its
name plus a suffix: ``conv1.weight``, ``4a/5x5.bias``; batch norm's tensors are
``4a/5x5.norm.weight``, ``.norm.bias``, ``.norm.mean``, ``.norm.variance``. The main
classifier is ``fc``, those of the heads ``aux1/conv``, ``aux1/fc1``, ``aux1/fc2``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Activation = Literal["relu", "relu6", "none"]
Padding = int | Literal["same"]

MODULES: Final = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
BRANCHES: Final = ("1x1", "3x3", "5x5", "pool_proj")
HeadName = Literal["aux1", "aux2"]
AUXILIARY: Final[Mapping[HeadName, str]] = MappingProxyType({"aux1": "4a", "aux2": "4d"})
"""The auxiliary heads from shallow to deep, and the module after which each reads."""
HEAD_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {**{str(name): place for name, place in AUXILIARY.items()}, "main": MODULES[-1]}
)
"""All heads from shallow to deep, and the module after which each reads."""
HEADS: Final = tuple(HEAD_PLACES)[::-1]
"""The heads in the order in which answers are listed: ``main``, ``aux2``, ``aux1``."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution, its batch norm (``norm_epsilon`` None: no norm) and its activation.

    ``padding`` is on all four sides, or ``same`` for TensorFlow's rule, which
    pads by the input's size, the smaller half first.
    """

    name: str
    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    padding: Padding = 0
    bias: bool = True
    norm_epsilon: float | None = None
    activation: Activation = "relu"


@dataclass(frozen=True, slots=True)
class Pool:
    """A maximum or average pool over ``kernel`` × ``kernel``.

    ``ceil`` rounds the output's size up: the last window may hang over the edge
    and then sees (and divides by) only what is inside.
    """

    name: str
    kernel: int
    stride: int
    padding: Padding = 0
    ceil: bool = False
    kind: Literal["max", "average"] = "max"


@dataclass(frozen=True, slots=True)
class ResponseNorm:
    """Local response normalisation across channels.

    y_c = x_c / (k + alpha/size · Σ x_j²)^beta over ``size`` channels centred on c:
    torch's and Caffe's form, where alpha is divided by the size.
    """

    name: str
    size: int
    alpha: float
    beta: float
    k: float


@dataclass(frozen=True, slots=True)
class Branch:
    """A path through a module; ``layers`` in order. Named like its last layer."""

    layers: tuple[Convolution | Pool, ...]

    @property
    def name(self) -> str:
        """``1x1``, ``3x3``, ``5x5`` or ``pool_proj``: the part after the slash."""
        return self.layers[-1].name.partition("/")[2]

    @property
    def outputs(self) -> int:
        """Channels that the branch gives to the concatenation."""
        return self.convolutions[-1].outputs

    @property
    def convolutions(self) -> tuple[Convolution, ...]:
        """The layers that carry weights."""
        return tuple(layer for layer in self.layers if isinstance(layer, Convolution))

    @property
    def kernel(self) -> int:
        """True side of the branch's spatial window: two stacked 3×3 count as 5."""
        return 1 + sum(layer.kernel - 1 for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Module:
    """An inception module: four branches in the order of the concatenation.

    ``activation`` follows the concatenation and is ``none`` except in dialects
    that rectify only there.
    """

    name: str
    branches: tuple[Branch, ...]
    activation: Activation = "none"

    @property
    def inputs(self) -> int:
        """Channels that each branch reads."""
        return self.branches[0].convolutions[0].inputs

    @property
    def outputs(self) -> int:
        """Channels of the concatenation."""
        return sum(branch.outputs for branch in self.branches)

    def branch(self, name: str) -> Branch:
        """The branch of that name; KeyError if there is none."""
        for branch in self.branches:
            if branch.name == name:
                return branch
        raise KeyError(f"{self.name}/{name}")

    def offset(self, branch_name: str) -> int:
        """Index in the module's output of the branch's channel 0."""
        position = 0
        for branch in self.branches:
            if branch.name == branch_name:
                return position
            position += branch.outputs
        raise KeyError(f"{self.name}/{branch_name}")


TrunkLayer = Convolution | Pool | ResponseNorm | Module


@dataclass(frozen=True, slots=True)
class GlobalPool:
    """The pool in front of the classifier.

    ``window`` None pools any map; a number takes only maps of exactly that side,
    because the classifier's width leaves no other choice.
    """

    kind: Literal["average", "max"] = "average"
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Linear:
    """A fully connected layer; its input is flattened channel by channel.

    ``scale`` multiplies the input (dropout that scales at inference).
    """

    name: str
    inputs: int
    outputs: int
    activation: Activation = "none"
    scale: float = 1.0
    bias: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """An auxiliary head: a pool, a 1×1 convolution, then fully connected layers.

    ``source`` is the module whose output it reads. ``pool`` is a `Pool`, or the
    number of cells a side of an adaptive average pool.
    """

    name: HeadName
    source: str
    pool: Pool | int
    convolution: Convolution
    layers: tuple[Linear, ...]

    @property
    def classes(self) -> int:
        """Number of the head's answers."""
        return self.layers[-1].outputs


@dataclass(frozen=True, slots=True)
class Architecture:
    """A whole network as data.

    ``trunk`` lists everything from the picture to 5b in order; ``classifier`` the
    fully connected layers of the main head (usually one, ``fc``); ``outputs`` says
    whether the original program gave ``logits`` or already ``probabilities``
    (here it is always logits that are kept).
    """

    family: str
    trunk: tuple[TrunkLayer, ...]
    global_pool: GlobalPool
    classifier: tuple[Linear, ...]
    heads: tuple[Head, ...] = ()
    outputs: Literal["logits", "probabilities"] = "logits"

    @property
    def input_channels(self) -> int:
        """Channels of the picture that the network reads."""
        first = self.trunk[0]
        assert isinstance(first, Convolution)
        return first.inputs

    @property
    def modules(self) -> tuple[Module, ...]:
        """The inception modules, 3a first."""
        return tuple(layer for layer in self.trunk if isinstance(layer, Module))

    @property
    def stem(self) -> tuple[Convolution | Pool | ResponseNorm, ...]:
        """What lies before the first module."""
        layers: list[Convolution | Pool | ResponseNorm] = []
        for layer in self.trunk:
            if isinstance(layer, Module):
                break
            layers.append(layer)
        return tuple(layers)

    @property
    def classes(self) -> int:
        """Number of the main head's answers; 0 without a classifier."""
        return self.classifier[-1].outputs if self.classifier else 0

    def module(self, name: str) -> Module:
        """The module of that name; KeyError if there is none."""
        for module in self.modules:
            if module.name == name:
                return module
        raise KeyError(name)

    def layer(self, name: str) -> Convolution | Pool | ResponseNorm | None:
        """The layer of that name in the trunk, a branch or a head; None for modules and vectors."""
        found: list[Convolution | Pool | ResponseNorm] = []
        for layer in self.trunk:
            if isinstance(layer, Module):
                found += [part for branch in layer.branches for part in branch.layers]
            else:
                found.append(layer)
        for head in self.heads:
            found += [part for part in (head.pool, head.convolution) if not isinstance(part, int)]
        return next((part for part in found if part.name == name), None)

    def head(self, name: str) -> Head | None:
        """The auxiliary head of that name, or None if this file has none."""
        return next((head for head in self.heads if head.name == name), None)

    def convolutions(self) -> Iterator[Convolution]:
        """All convolutions of the trunk and the heads, in the order of the pass."""
        for layer in self.trunk:
            if isinstance(layer, Convolution):
                yield layer
            elif isinstance(layer, Module):
                for branch in layer.branches:
                    yield from branch.convolutions
        yield from (head.convolution for head in self.heads)

    def linears(self) -> Iterator[Linear]:
        """All fully connected layers: the main classifier's, then the heads'."""
        yield from self.classifier
        for head in self.heads:
            yield from head.layers

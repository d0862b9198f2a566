"""What makes a family of GoogLeNets, as data: everything that its tensors don't show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from gnet_desktop.network.architecture import (
    Activation,
    Convolution,
    GlobalPool,
    Pool,
    ResponseNorm,
)

Five = Literal[3, 5, "3+3"]
Template = Convolution | Pool | ResponseNorm


@dataclass(frozen=True, slots=True)
class ModuleWidths:
    """Output channels of a module's convolutions; ``five_a`` 0 means as many as ``five``."""

    one: int
    three_reduce: int
    three: int
    five_reduce: int
    five: int
    pool_proj: int
    five_a: int = 0


@dataclass(frozen=True, slots=True)
class HeadWidths:
    """A head's channels: of its convolution and its hidden layer.

    ``cells`` is the side of the pooled map, so that the hidden layer reads
    convolution · cells² values.
    """

    convolution: int = 128
    hidden: int = 1024
    cells: int = 4


@dataclass(frozen=True)
class Widths:
    """All channel counts of a network; a reader fills them from the tensors.

    ``trunk`` has the convolutions outside modules by name: one that a family knows
    and ``trunk`` lacks is left out (``conv2`` in the tutorial). ``classifier`` lists
    hidden layers between the global pool and ``fc``, usually none.
    """

    modules: Mapping[str, ModuleWidths]
    trunk: Mapping[str, int]
    heads: Mapping[str, HeadWidths] = field(default_factory=dict)
    classifier: tuple[int, ...] = ()


_PAPER_MODULES: Final = MappingProxyType(
    {
        "3a": ModuleWidths(64, 96, 128, 16, 32, 32),
        "3b": ModuleWidths(128, 128, 192, 32, 96, 64),
        "4a": ModuleWidths(192, 96, 208, 16, 48, 64),
        "4b": ModuleWidths(160, 112, 224, 24, 64, 64),
        "4c": ModuleWidths(128, 128, 256, 24, 64, 64),
        "4d": ModuleWidths(112, 144, 288, 32, 64, 64),
        "4e": ModuleWidths(256, 160, 320, 32, 128, 128),
        "5a": ModuleWidths(256, 160, 320, 32, 128, 128),
        "5b": ModuleWidths(384, 192, 384, 48, 128, 128),
    }
)
_PAPER_TRUNK: Final = MappingProxyType({"conv1": 64, "conv2": 64, "conv3": 192})

PAPER_WIDTHS: Final = Widths(_PAPER_MODULES, _PAPER_TRUNK)


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """How a family's auxiliary heads are made.

    ``pool`` None pools to the file's number of cells, whatever the map's size.
    ``scale`` multiplies what the last layer reads.
    """

    pool: Pool | None = None
    activation: Activation = "relu"
    hidden_activations: Mapping[str, Activation] = field(
        default_factory=lambda: {"aux1": "relu", "aux2": "relu"}
    )
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting of a `Switch`: words for people, and the fields of the family that it changes."""

    words: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that no file tells and people must be able to choose; the first choice is the default."""

    question: str
    choices: Mapping[str, Choice]


@dataclass(frozen=True)
class Family:
    """Everything about a dialect that its tensors don't show.

    ``stem`` and ``tail`` (after 5b) hold templates: `build` fills in their channels,
    and the stem's biases and norms. ``pools`` follow the module they are filed under.
    ``bias`` is that of all convolutions, ``stem_bias`` where the stem's differ.
    ``convention`` names the input convention that fits its usual files.
    ``five_epsilon`` ``channels`` gives the last but one norm of the 5×5 branch an
    epsilon equal to its channels (docs/formats.md#re-implementations).
    """

    name: str
    title: str
    convention: str
    stem: tuple[Template, ...]
    pools: Mapping[str, Pool]
    widths: Widths = PAPER_WIDTHS
    five: Five = 5
    bias: bool = True
    stem_bias: bool | None = None
    norm_epsilon: float | None = None
    five_epsilon: Literal["same", "channels"] = "same"
    activation: Activation = "relu"
    module_activation: Activation = "none"
    global_pool: GlobalPool = field(default_factory=GlobalPool)
    classifier_scale: float = 1.0
    head: HeadRecipe = field(default_factory=HeadRecipe)
    tail: tuple[Convolution, ...] = ()
    outputs: Literal["logits", "probabilities"] = "logits"
    switches: Mapping[str, Switch] = field(default_factory=dict)

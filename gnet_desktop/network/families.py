"""The known GoogLeNets as data, and `build`, which makes an `Architecture` of one.

A `Family` says what a state dict cannot: strides, pools, activations, norms. What
a file does tell (`Widths`, kernel of the 5×5 branch, number of classes) is given to
`build`. Facts and their sources: ARCHITECTURES 1 to 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import (
    MODULES,
    Activation,
    Architecture,
    Branch,
    Convolution,
    GlobalPool,
    Head,
    Linear,
    Module,
    Pool,
    ResponseNorm,
    TrunkLayer,
)

Five = Literal[3, 5, "3+3"]
HeadName = Literal["aux1", "aux2"]
Template = Convolution | Pool | ResponseNorm

HEAD_SOURCES: Final[Mapping[HeadName, str]] = MappingProxyType({"aux1": "4a", "aux2": "4d"})


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

    ``stem`` holds templates whose channel counts are filled in by `build`;
    ``pools`` follow the module they are filed under; ``tail`` follows 5b.
    ``convention`` names the input convention that fits its usual files.
    ``five_epsilon`` ``channels`` gives the last but one norm of the 5×5 branch an
    epsilon equal to its channels (ARCHITECTURES 4b).
    """

    name: str
    title: str
    convention: str
    stem: tuple[Template, ...]
    pools: Mapping[str, Pool]
    widths: Widths = PAPER_WIDTHS
    five: Five = 5
    bias: bool = True
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


def _convolution(name: str, kernel: int, **fields: Any) -> Convolution:
    return Convolution(name, 0, 0, kernel, **fields)


def _stem(pool: Mapping[str, Any], norm: Mapping[str, Any] | None = None) -> tuple[Template, ...]:
    """The stem of the paper, with the family's pools and response norms."""
    norms = [ResponseNorm(name, **norm) for name in ("norm1", "norm2")] if norm else []
    return (
        _convolution("conv1", 7, stride=2, padding=3),
        Pool("pool1", 3, 2, **pool),
        *norms[:1],
        _convolution("conv2", 1),
        _convolution("conv3", 3, padding=1),
        *norms[1:],
        Pool("pool2", 3, 2, **pool),
    )


def _pools(**pool: Any) -> Mapping[str, Pool]:
    return MappingProxyType({"3b": Pool("pool3", 3, 2, **pool), "4e": Pool("pool4", 3, 2, **pool)})


_CEIL: Final = MappingProxyType({"ceil": True})
_CAFFE_NORM: Final = MappingProxyType({"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0})

_FAMILIES: Final = (
    Family(
        name="torchvision",
        title="torchvision",
        convention="torchvision",
        stem=_stem(_CEIL),
        pools=MappingProxyType({"3b": Pool("pool3", 3, 2, ceil=True), "4e": Pool("pool4", 2, 2, ceil=True)}),
        five=3,
        bias=False,
        norm_epsilon=1e-3,
    ),
    Family(
        name="caffe",
        title="BVLC Caffe",
        convention="caffe",
        stem=_stem(_CEIL, _CAFFE_NORM),
        pools=_pools(ceil=True),
        global_pool=GlobalPool(window=7),
        head=HeadRecipe(pool=Pool("pool", 5, 3, ceil=True, kind="average")),
        outputs="probabilities",
    ),
    Family(
        name="wzmiaomiao",
        title="WZMIAOMIAO's course",
        convention="wzmiaomiao",
        stem=_stem(_CEIL),
        pools=_pools(ceil=True),
        head=HeadRecipe(pool=Pool("pool", 5, 3, kind="average")),
    ),
)

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType({family.name: family for family in _FAMILIES})


def build(
    family: str,
    widths: Widths | None = None,
    *,
    five: Five | None = None,
    input_channels: int = 3,
    classes: int = 1000,
    aux_classes: Mapping[str, int] = MappingProxyType({}),
    bias: bool | None = None,
    norm: bool | None = None,
    **switches: str,
) -> Architecture:
    """The architecture of a family with a file's own numbers.

    What is None is the family's own. ``classes`` 0 gives no main classifier;
    ``aux_classes`` names the heads that are there (``aux1``, ``aux2``). ``norm``
    adds or removes batch norm, ``bias`` the biases of the convolutions. ``switches``
    are those of the family (`Family.switches`).

    Raises UsageError for an unknown family, switch or choice.
    """
    recipe = _chosen(family, switches)
    recipe = replace(
        recipe,
        five=recipe.five if five is None else five,
        bias=recipe.bias if bias is None else bias,
        norm_epsilon=_epsilon(recipe, norm),
    )
    widths = widths or recipe.widths
    trunk = _trunk(recipe, widths, input_channels)
    modules = {layer.name: layer for layer in trunk if isinstance(layer, Module)}
    last = trunk[-1]
    assert isinstance(last, Module | Convolution)
    return Architecture(
        family=family,
        trunk=trunk,
        global_pool=recipe.global_pool,
        classifier=_classifier(recipe, widths, last.outputs, classes),
        heads=tuple(
            _head(recipe, widths, name, modules[source].outputs, aux_classes[name])
            for name, source in HEAD_SOURCES.items()
            if aux_classes.get(name)
        ),
        outputs=recipe.outputs,
    )


def _epsilon(recipe: Family, norm: bool | None) -> float | None:
    if norm is None:
        return recipe.norm_epsilon
    return (recipe.norm_epsilon or 1e-5) if norm else None


def _chosen(family: str, switches: Mapping[str, str]) -> Family:
    """The family's recipe with its switches set."""
    recipe = FAMILIES.get(family)
    if recipe is None:
        raise UsageError(
            f"There is no family {family!r}.", "", f"Choose one of {', '.join(sorted(FAMILIES))}."
        )
    for name, value in switches.items():
        switch = recipe.switches.get(name)
        if switch is None or value not in switch.choices:
            known = "; ".join(f"{key}={'|'.join(item.choices)}" for key, item in recipe.switches.items())
            raise UsageError(
                f"The family {family} cannot be built with {name}={value}.",
                f"It offers {known or 'no choices'}.",
                "Leave it out or choose one of these.",
            )
        recipe = replace(recipe, **switch.choices[value].changes)
    return recipe


def _trunk(recipe: Family, widths: Widths, channels: int) -> tuple[TrunkLayer, ...]:
    layers: list[TrunkLayer] = []
    for template in (*recipe.stem, *MODULES, *recipe.tail):
        if isinstance(template, str):
            module = _module(recipe, template, widths.modules[template], channels)
            layers += [module, *((recipe.pools[template],) if template in recipe.pools else ())]
            channels = module.outputs
        elif not isinstance(template, Convolution):
            layers.append(template)
        elif template.name in widths.trunk:
            outputs = widths.trunk[template.name]
            layers.append(
                replace(
                    template,
                    inputs=channels,
                    outputs=outputs,
                    bias=recipe.bias,
                    norm_epsilon=recipe.norm_epsilon,
                )
            )
            channels = outputs
    return tuple(layers)


def _module(recipe: Family, name: str, widths: ModuleWidths, channels: int) -> Module:
    def convolution(part: str, inputs: int, outputs: int, kernel: int) -> Convolution:
        return Convolution(
            f"{name}/{part}",
            inputs,
            outputs,
            kernel,
            padding=kernel // 2,
            bias=recipe.bias,
            norm_epsilon=recipe.norm_epsilon,
            activation=recipe.activation,
        )

    five: tuple[Convolution, ...]
    if recipe.five == "3+3":
        first = widths.five_a or widths.five
        five = (
            convolution("5x5_a", widths.five_reduce, first, 3),
            convolution("5x5", first, widths.five, 3),
        )
        if recipe.five_epsilon == "channels" and recipe.norm_epsilon is not None:
            five = (replace(five[0], norm_epsilon=float(first)), five[1])
    else:
        five = (convolution("5x5", widths.five_reduce, widths.five, recipe.five),)
    branches = (
        (convolution("1x1", channels, widths.one, 1),),
        (
            convolution("3x3_reduce", channels, widths.three_reduce, 1),
            convolution("3x3", widths.three_reduce, widths.three, 3),
        ),
        (convolution("5x5_reduce", channels, widths.five_reduce, 1), *five),
        (Pool(f"{name}/pool", 3, 1, padding=1), convolution("pool_proj", channels, widths.pool_proj, 1)),
    )
    return Module(name, tuple(Branch(layers) for layers in branches), recipe.module_activation)


def _classifier(recipe: Family, widths: Widths, channels: int, classes: int) -> tuple[Linear, ...]:
    """Hidden layers ``fc_1``, ``fc_2``… if any, then ``fc``; empty without classes."""
    if not classes:
        return ()
    layers = []
    for number, hidden in enumerate(widths.classifier, 1):
        layers.append(Linear(f"fc_{number}", channels, hidden, "relu"))
        channels = hidden
    layers.append(Linear("fc", channels, classes))
    layers[0] = replace(layers[0], scale=recipe.classifier_scale)
    return tuple(layers)


def _head(recipe: Family, widths: Widths, name: HeadName, channels: int, classes: int) -> Head:
    sizes = widths.heads.get(name, HeadWidths())
    pool = recipe.head.pool
    return Head(
        name=name,
        source=HEAD_SOURCES[name],
        pool=sizes.cells if pool is None else replace(pool, name=f"{name}/pool"),
        convolution=Convolution(
            f"{name}/conv",
            channels,
            sizes.convolution,
            1,
            bias=recipe.bias,
            norm_epsilon=recipe.norm_epsilon,
            activation=recipe.head.activation,
        ),
        layers=(
            Linear(
                f"{name}/fc1",
                sizes.convolution * sizes.cells**2,
                sizes.hidden,
                recipe.head.hidden_activations[name],
            ),
            Linear(f"{name}/fc2", sizes.hidden, classes, scale=recipe.head.scale),
        ),
    )

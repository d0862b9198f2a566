"""The known GoogLeNets as data, and `build`, which makes an `Architecture` of one.

A `Family` says what a state dict cannot: strides, pools, activations, norms. What
a file does tell (`Widths`, kernel of the 5×5 branch, number of classes) is given to
`build`. Facts and their sources: docs/formats.md.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import (
    AUXILIARY,
    Architecture,
    GlobalPool,
    Pool,
)
from gnet_desktop.network.assembling import assemble
from gnet_desktop.network.pieces import NOTHING, average, convolution, pools, stem, switch
from gnet_desktop.network.recipes import (
    PAPER_WIDTHS,
    Choice,
    Family,
    Five,
    HeadRecipe,
    HeadWidths,
    ModuleWidths,
    Switch,
    Widths,
)

__all__ = [
    "FAMILIES",
    "LUCID_WIDTHS",
    "PAPER_WIDTHS",
    "Choice",
    "Family",
    "Five",
    "HeadWidths",
    "ModuleWidths",
    "Switch",
    "Widths",
    "build",
]

# The original Google weights differ from the paper in two modules (docs/formats.md#tensorflow-and-lucid).
LUCID_WIDTHS: Final = replace(
    PAPER_WIDTHS,
    modules=MappingProxyType(
        {
            **PAPER_WIDTHS.modules,
            "4a": replace(PAPER_WIDTHS.modules["4a"], three=204),
            "5a": replace(PAPER_WIDTHS.modules["5a"], five_reduce=48),
        }
    ),
)

_WITHOUT_CONV2: Final = replace(PAPER_WIDTHS, trunk=MappingProxyType({"conv1": 64, "conv3": 192}))
_WITH_CONV4: Final = replace(PAPER_WIDTHS, trunk=MappingProxyType({**PAPER_WIDTHS.trunk, "conv4": 1024}))
_ONE_CONVOLUTION: Final = replace(PAPER_WIDTHS, trunk=MappingProxyType({"conv1": 192}))
_NINE_CELLS: Final = replace(
    PAPER_WIDTHS, heads=MappingProxyType({name: HeadWidths(cells=3) for name in AUXILIARY})
)


# How the stride-2 pools round: see docs/formats.md#common-ground.
_CEIL: Final = MappingProxyType({"ceil": True})
_PADDED: Final = MappingProxyType({"padding": 1})
_SAME: Final = MappingProxyType({"padding": "same"})
_FLOOR: Final = NOTHING
_TWO: Final = MappingProxyType({"kernel": 2})

_CAFFE_NORM: Final = MappingProxyType({"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0})
# TensorFlow doesn't divide alpha by the size, torch does: 1e-4 · 11.
_LUCID_NORM: Final = MappingProxyType({"size": 11, "alpha": 1.1e-3, "beta": 0.5, "k": 2.0})
_LUCENT_NORM: Final = MappingProxyType({"size": 9, "alpha": 1e-4, "beta": 0.5, "k": 1.0})

_CHANNELS_AS_EPSILON: Final = {
    "epsilon": switch(
        "Does the middle norm of its 5×5 branch have its channels as epsilon?",
        written=Choice("yes, as that code was written"),
        repaired=Choice("no, 0.00001 as in a repaired copy", {"five_epsilon": "same"}),
    )
}

_FAMILIES: Final = (
    Family(
        name="torchvision",
        title="torchvision",
        convention="torchvision",
        stem=stem(_CEIL),
        pools=pools(_CEIL, _TWO),
        five=3,
        bias=False,
        norm_epsilon=1e-3,
        switches={
            "epsilon": switch(
                "Which epsilon do its batch norms have?",
                torchvision=Choice("0.001, as in torchvision"),
                pytorch=Choice("0.00001, PyTorch's own default", {"norm_epsilon": 1e-5}),
            )
        },
    ),
    Family(
        name="gluoncv",
        title="GluonCV",
        convention="torchvision",
        stem=stem(_CEIL),
        pools=pools(_CEIL, {**_TWO, "ceil": False}),
        five=3,
        bias=False,
        norm_epsilon=1e-3,
        global_pool=GlobalPool(window=7),
        head=HeadRecipe(pool=average()),
    ),
    Family(
        name="caffe",
        title="BVLC Caffe",
        convention="caffe",
        stem=stem(_CEIL, norm=_CAFFE_NORM),
        pools=pools(_CEIL),
        global_pool=GlobalPool(window=7),
        head=HeadRecipe(pool=average(ceil=True)),
        outputs="probabilities",
        switches={
            "response_norm": switch(
                "Does it have local response norms beside its batch norms?",
                caffe=Choice("yes, as BVLC's network without batch norms"),
                none=Choice("no, batch norms in their place", {"stem": stem(_CEIL), "norm_epsilon": 1e-5}),
            )
        },
    ),
    Family(
        name="tutorial",
        title="the tutorial's network",
        convention="torchvision",
        stem=stem(_PADDED, activation="none"),
        pools=pools(_PADDED),
        widths=_WITHOUT_CONV2,
        global_pool=GlobalPool(window=7),
    ),
    Family(
        name="tutorial_bn",
        title="the tutorial's network with batch norm",
        convention="torchvision",
        stem=stem(_PADDED),
        pools=pools(_PADDED),
        widths=_WITH_CONV4,
        bias=False,
        norm_epsilon=1e-5,
        tail=(convolution("conv4", 3, padding=1),),
    ),
    Family(
        name="wzmiaomiao",
        title="WZMIAOMIAO's course",
        convention="wzmiaomiao",
        stem=stem(_CEIL),
        pools=pools(_CEIL),
        head=HeadRecipe(pool=average()),
    ),
    Family(
        name="weiaicunzai",
        title="weiaicunzai's CIFAR-100 network",
        convention="cifar100",
        stem=(convolution("conv1", 3),),
        pools=pools(_PADDED),
        widths=_ONE_CONVOLUTION,
        five="3+3",
        norm_epsilon=1e-5,
        five_epsilon="channels",
        global_pool=GlobalPool(window=8),
        switches=_CHANNELS_AS_EPSILON,
    ),
    Family(
        name="weiaicunzai_later",
        title="weiaicunzai's CIFAR-100 network, later edition",
        convention="cifar100",
        stem=(
            convolution("conv1", 3, padding=1),
            convolution("conv2", 3, padding=1),
            convolution("conv3", 3, padding=1),
            Pool("pool2", 3, 2, padding=1),
        ),
        pools=pools(_PADDED),
        five="3+3",
        stem_bias=False,
        norm_epsilon=1e-5,
        five_epsilon="channels",
        switches=_CHANNELS_AS_EPSILON,
    ),
    Family(
        name="kuangliu",
        title="kuangliu's CIFAR-10 network",
        convention="cifar10",
        stem=(convolution("conv1", 3, padding=1),),
        pools=pools(_PADDED),
        widths=_ONE_CONVOLUTION,
        five="3+3",
        norm_epsilon=1e-5,
        global_pool=GlobalPool(window=8),
    ),
    Family(
        name="d2l",
        title="Dive into Deep Learning",
        convention="d2l",
        stem=stem(_PADDED),
        pools=pools(_PADDED),
        switches={
            "edition": switch(
                "Which edition of the book is it from?",
                later=Choice("later: rectifier after conv3, average pool at the end"),
                early=Choice(
                    "early: no rectifier after conv3, maximum pool at the end",
                    {"stem": stem(_PADDED, last="none"), "global_pool": GlobalPool("max")},
                ),
            )
        },
    ),
    Family(
        name="aladdinpersson",
        title="aladdinpersson's network",
        convention="torchvision",
        stem=stem(_PADDED),
        pools=pools(_PADDED),
        widths=_WITHOUT_CONV2,
        norm_epsilon=1e-5,
        global_pool=GlobalPool(window=7),
        head=HeadRecipe(pool=average()),
    ),
    Family(
        name="shanglianlm",
        title="shanglianlm0525's network",
        convention="torchvision",
        stem=stem(_PADDED, activation="none"),
        pools=pools(_PADDED),
        norm_epsilon=1e-5,
        activation="relu6",
        global_pool=GlobalPool(window=7),
        head=HeadRecipe(
            pool=average(),
            activation="relu6",
            hidden_activations={"aux1": "relu6", "aux2": "relu6"},
        ),
    ),
    Family(
        name="slim",
        title="TensorFlow slim",
        convention="inception",
        stem=stem(_SAME, padding="same"),
        pools=pools(_SAME, _TWO),
        five=3,
        bias=False,
        norm_epsilon=1e-3,
        global_pool=GlobalPool(window=7),
    ),
    Family(
        name="lucid",
        title="Lucid's InceptionV1, Google's first weights",
        convention="lucid",
        stem=stem(_SAME, norm=_LUCID_NORM, padding="same"),
        pools=pools(_SAME),
        widths=LUCID_WIDTHS,
        outputs="probabilities",
        switches={
            "response_norm": switch(
                "Whose response norm?",
                tensorflow=Choice("the original graph's: radius 5, alpha 0.0001, beta 0.5, k 2"),
                lucent=Choice(
                    "lucent's: size 9, alpha 0.0001, beta 0.5, k 1",
                    {"stem": stem(_SAME, norm=_LUCENT_NORM, padding="same")},
                ),
            )
        },
    ),
    Family(
        name="paddle",
        title="PaddlePaddle",
        convention="torchvision",
        stem=stem(_FLOOR, activation="none"),
        pools=pools(_FLOOR),
        widths=_NINE_CELLS,
        bias=False,
        activation="none",
        module_activation="relu",
        classifier_scale=0.6,
        head=HeadRecipe(
            pool=average(),
            activation="none",
            hidden_activations={"aux1": "relu", "aux2": "none"},
            scale=0.3,
        ),
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
        stem_bias=recipe.stem_bias if bias is None else bias,
        norm_epsilon=_epsilon(recipe, norm),
    )
    return assemble(recipe, widths or recipe.widths, input_channels, classes, aux_classes)


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
